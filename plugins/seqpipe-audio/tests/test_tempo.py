"""Tempos: which one holds, and when notes are heard."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqpipe import Record, RecordError
from seqpipe_audio.tempo import in_seconds, tempos_of

changes = st.lists(st.tuples(st.integers(1, 20), st.integers(10, 500)), max_size=5, unique_by=lambda change: change[0])


@given(st.integers(10, 500), changes, st.integers(0, 40), st.integers(1, 40))
def test_seconds_are_the_sum_of_all_quarter_notes_before(first, changes, start, length):
    tempos = [{"start": float(at), "tempo": float(speed)} for at, speed in sorted([(0, first), *changes])]
    ((note),) = in_seconds([{"pitch": 60, "start": float(start), "length": float(length)}], tempos)
    speeds = np.array([[of["tempo"] for of in tempos if of["start"] <= quarter][-1] for quarter in range(80)])
    assert note["start"] == pytest.approx((60 / speeds[:start]).sum())
    assert note["length"] == pytest.approx((60 / speeds[start : start + length]).sum())


def test_what_is_chosen_comes_first():
    result = {"tempos": [{"start": 0.0, "tempo": 70.0}]}
    assert tempos_of(Record("a", result), 100.0) == [{"start": 0.0, "tempo": 100.0}]
    assert tempos_of(Record("a", result), None) == result["tempos"]
    assert tempos_of(Record("a", {}), None) == [{"start": 0.0, "tempo": 90.0}]


@pytest.mark.parametrize(
    "tempos",
    [
        3,
        [],
        [7],
        [{}],
        [{"start": 0.0, "tempo": 0.0}],
        [{"start": 1.0, "tempo": 90.0}],
        [{"start": 0.0, "tempo": 90.0}, {"start": 0.0, "tempo": 80.0}],
    ],
)
def test_what_are_no_tempos_is_refused(tempos):
    with pytest.raises(RecordError, match="the tempos of the result are none"):
        tempos_of(Record("a", {"tempos": tempos}), None)
