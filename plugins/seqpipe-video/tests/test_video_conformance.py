"""All laws of the contracts, on all stages of the plugin."""

import pytest

from seqpipe import testing


@pytest.mark.parametrize("case", testing.cases(testing.examples("video")), ids=str)
def test_laws(case):
    case()
