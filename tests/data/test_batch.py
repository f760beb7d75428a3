"""What batches say when a stage asks for what they do not have, and outputs of rows."""

from __future__ import annotations

import numpy as np
import pytest

from seqpipe.data import Batch, OneHot, Ragged, Record
from seqpipe.errors import PluginError

RECORDS = (Record("a", "x"), Record("b", "y"))
IDS = Ragged.of([[1], [2, 0]], np.int32)


def test_a_column_of_its_kind():
    batch = Batch(RECORDS, IDS, {"spans": IDS, "characters": OneHot(IDS, 3)})
    assert batch.column("spans", Ragged) is IDS
    assert batch.column("characters", OneHot).depth == 3
    assert batch.main is batch.ragged is IDS


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda batch: batch.column("spans", Ragged), "a stage asks for the column 'spans', and the batch has letters"),
        (lambda batch: batch.column("letters", Ragged), "the batch's column 'letters' as Ragged, and it is OneHot"),
        (lambda batch: batch.one_hot, "the batch's sequence as OneHot, and it is Ragged"),
        (lambda batch: batch.replace(sequence=None).main, "a stage asks for a sequence, and the batch has none"),
    ],
)
def test_what_is_missing_is_said(ask, message):
    with pytest.raises(PluginError, match=message):
        ask(Batch(RECORDS, IDS, {"letters": OneHot(IDS, 3)}))


def test_each_record_has_what_its_rows_give():
    batch = Batch(RECORDS, Ragged.of([[1], [2], [3]]), rows=np.array([0, 0, 1]))
    out = batch.with_outputs([[{"n": 1}, {"n": 2}], [], [{"n": 3}]])
    assert out.outputs == (({"n": 1}, {"n": 2}), ({"n": 3},))
    with pytest.raises(ValueError, match="shorter"):
        batch.with_outputs([[], []])


def test_the_rows_of_a_record_are_joined_in_all_columns():
    nested = Ragged(Ragged.of([[5], [], [6, 7], [8]], np.int32), np.array([0, 1, 2, 4]))
    rows = Ragged.of([[1], [2, 0], [4]], np.int32)
    columns = {"letters": nested, "hot": OneHot(rows, 5)}
    three = (*RECORDS, Record("c", "z"))
    whole = Batch(three, rows, columns, rows=np.array([0, 0, 2]), final=False).with_whole_records()
    assert [row.tolist() for row in whole.ragged] == [[1, 2, 0], [], [4]]
    assert [row.tolist() for row in whole.column("hot", OneHot).ids] == [[1, 2, 0], [], [4]]
    assert [[part.tolist() for part in row] for row in whole.column("letters", Ragged)] == [
        [[5], []],
        [],
        [[6, 7], [8]],
    ]
    assert whole.rows.tolist() == [0, 1, 2]
    assert not whole.final
    assert whole.with_whole_records() is whole


def test_batches_under_one_another_have_the_rows_of_their_records() -> None:
    batches = [Batch(tuple(Record(str(number), "") for number in range(count))) for count in (1, 2, 3)]
    assert Batch.concatenate(batches).rows.tolist() == [0, 1, 2, 3, 4, 5]
