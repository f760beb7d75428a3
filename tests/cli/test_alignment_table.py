"""The table of what was looked at, in ``--explain``."""

import numpy as np

from seqpipe.cli.terminal.explain import _alignment


def test_each_token_has_the_positions_that_counted_most():
    weights = [
        np.array([0.96, 0.02, 0.02, 0.0, 0.0]),
        np.array([0.1, 0.3, 0.2, 0.15, 0.25]),
        np.array([0.04, 0.04, 0.04, 0.04, 0.04]),
    ]
    result = {"tokens": ["▁a", "▁dog\n", "."], "source": ["ein", "Hund", "der", "bellt", "."], "attention": weights}
    assert list(_alignment(result)) == [
        "token  looks at",
        "▁a     ein 96%",
        "▁dog   Hund 30%  . 25%  der 20%  bellt 15%",
        ".      ein 4%",
    ]


def test_nothing_written_looks_at_nothing():
    assert list(_alignment({"tokens": [], "source": ["ein"], "attention": []})) == ["token  looks at"]
