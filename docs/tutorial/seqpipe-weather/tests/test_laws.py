"""All laws of seqpipe's contracts, on all stages of the plugin."""

import pytest

from seqpipe import testing


@pytest.mark.parametrize("case", testing.cases(testing.examples("weather")), ids=str)
def test_laws(case: testing.Case) -> None:
    case()
