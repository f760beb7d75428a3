"""Records into batches."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from seqpipe.data import Record
from seqpipe.engine.portions import ITEMS, NOWHERE, RECORDS, batches, portions
from seqpipe.errors import RecordError
from seqpipe.hookspecs import RecordFailed

FAILED = RecordFailed("in", 1, "", "core.lines", RecordError("torn"))


def test_a_batch_is_full_when_it_has_many_records_or_long_ones() -> None:
    short = list(batches(Record(str(number), "x") for number in range(RECORDS + 1)))
    assert [len(batch.records) for batch in short] == [RECORDS, 1]
    long = list(batches(Record(str(number), "x" * (ITEMS // 2)) for number in range(5)))
    assert [len(batch.records) for batch in long] == [2, 2, 1]
    assert [len(batch.records) for batch in batches(Record(str(number), number) for number in range(5))] == [5]


def test_pieces_stand_alone() -> None:
    records = [Record("1", "a"), Record("2", "b", last=False), Record("2", "c"), Record("3", "d")]
    found = list(batches(records))
    assert [[record.payload for record in batch.records] for batch in found] == [["a"], ["b"], ["c"], ["d"]]
    assert [batch.final for batch in found] == [True, False, True, True]


@given(st.lists(st.sampled_from(["record", "failed", "piece"]), max_size=40), st.integers(1, 5))
def test_nothing_is_lost_nor_moved(kinds: list[str], size: int) -> None:
    items = [
        (FAILED if kind == "failed" else Record(str(number), "x", last=kind != "piece"), NOWHERE)
        for number, kind in enumerate(kinds)
    ]
    found = list(portions(iter(items), size))
    assert [item for portion in found for item in portion.items] == items
    for portion in found:
        assert list(portion.batch.records) == [item for item, _ in portion.items if isinstance(item, Record)]
        assert len(portion.items) <= size


def test_many_failures_do_not_pile_up() -> None:
    found = list(portions((FAILED, NOWHERE) for _ in range(1000)))
    assert max(len(portion.items) for portion in found) == RECORDS
    assert not any(portion.batch.records for portion in found)
