"""The stages of the plugin ``dna`` keep the laws of their contracts."""

import pytest

from seqpipe import testing


@pytest.mark.parametrize("case", testing.cases(testing.examples("dna")), ids=str)
def test_laws(case):
    case()
