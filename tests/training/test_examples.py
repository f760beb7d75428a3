"""Which records are held out."""

import numpy as np
import pytest

from seqpipe.data import Record
from seqpipe.errors import InputError
from seqpipe.training.data.records import hold_out

RECORDS = tuple(Record(f"train.tsv:{line}", f"text {line % 500}", "train.tsv", line) for line in range(1, 1001))


def test_a_share_is_held_out():
    kept, out = hold_out(RECORDS, 0.2)
    assert len(kept) + len(out) == 1000
    assert 140 < len(out) < 260


def test_equal_contents_are_on_one_side_whatever_the_order():
    kept, out = hold_out(RECORDS, 0.2)
    assert not {record.payload for record in kept} & {record.payload for record in out}
    _, again = hold_out(RECORDS[::-1], 0.2)
    assert {record.id for record in again} == {record.id for record in out}


def test_payloads_of_any_kind():
    arrays = tuple(Record(str(index), np.full(3, index)) for index in range(200))
    lists = tuple(Record(str(index), [[index]]) for index in range(200))
    assert 0 < len(hold_out(arrays, 0.3)[1]) < 200
    assert 0 < len(hold_out(lists, 0.3)[1]) < 200


def test_ids_that_a_regular_expression_finds():
    _, out = hold_out(RECORDS, r":[1-4]$")
    assert [record.position for record in out] == [1, 2, 3, 4]


@pytest.mark.parametrize(("which", "problem"), [("nothing", "none of the 1000"), ("train", "all of the 1000")])
def test_one_side_is_empty(which, problem):
    with pytest.raises(InputError, match=rf"'{which}' holds out {problem} records .change `train.data.held_out`"):
        hold_out(RECORDS, which)
