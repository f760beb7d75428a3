"""Records into batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqpipe.data import Batch, Record
from seqpipe.engine.portions import BYTES, RECORDS, Cursor, Grouping, Item, Portion, portions_of
from seqpipe.errors import RecordError
from seqpipe.hookspecs import RecordFailed

FAILED = RecordFailed("in", 1, "", "core.lines", RecordError("torn", "mend it"))


def batches(records: Iterable[Record], *, patient: bool = False) -> list[Batch]:
    return [portion.batch for portion in portions_of(records, patient=patient)]


def portions(items: Iterable[Item], size: int | None = None, *, patient: bool = False) -> Iterator[Portion]:
    grouping = Grouping(size, patient=patient)
    for item in items:
        yield from grouping.add(item)
    yield from grouping.rest()


def pieces(*names: str) -> list[Record]:
    """Return pieces of records: ``a`` of one that goes on, ``a.`` the last one, ``A`` a whole record."""
    return [Record(name[0], name, "in", last=name[0].isupper() or "." in name) for name in names]


def grouped(portions: Iterable[Portion]) -> list[str]:
    return [" ".join(record.payload for record in portion.batch.records) for portion in portions]


def test_a_batch_is_full_when_it_has_many_records_or_long_ones() -> None:
    short = batches(Record(str(number), "x") for number in range(RECORDS + 1))
    assert [len(batch.records) for batch in short] == [RECORDS, 1]
    assert [len(batch.records) for batch in batches(Record(str(number), number) for number in range(5))] == [5]


@pytest.mark.parametrize(
    "payload",
    [
        "x" * (1 << 15),
        [0.5] * (1 << 15),
        np.zeros(1 << 15, np.float32),
        np.zeros(1 << 16, np.int16),
        np.zeros((256, 256, 2), np.uint8),
    ],
    ids=["text", "numbers", "samples", "16 bits", "picture"],
)
def test_what_is_long_is_told_by_its_bytes(payload: object) -> None:
    assert [len(batch.records) for batch in batches(Record(str(number), payload) for number in range(5))] == [2, 2, 1]


def test_what_one_microphone_says_never_waits() -> None:
    def heard() -> Iterable[Record]:
        for number in range(4):
            taken.append(number)
            yield Record("mic", "x", last=number == 3)

    taken: list[int] = []
    assert [(len(taken), portion.batch.final) for portion in portions_of(heard())] == [
        (1, False),
        (2, False),
        (3, False),
        (4, True),
    ]


def test_pieces_of_one_round_share_a_batch() -> None:
    found = list(portions_of(pieces("a", "b", "c", "a", "b", "c", "b", "a", "c", "a.", "b", "c", "b.", "c.")))
    assert grouped(found) == ["a", "b", "c", "a b c", "b a c", "a.", "b c", "b.", "c."]
    assert [portion.later for portion in found] == [False] * 3 + [True] * 6
    assert [portion.batch.final for portion in found] == [False] * 5 + [True, False, True, True]
    assert found[3].pieces == (("in", 0, "a"), ("in", 0, "b"), ("in", 0, "c"))


def test_who_falls_silent_is_waited_for_once() -> None:
    found = grouped(portions_of(pieces("a", "b", "a", "b", "a", "a", "a", "b", "a", "b", "a")))
    assert found == ["a", "b", "a b", "a", "a", "a", "b a", "b a"]


def test_patience_waits_for_what_can_share_a_batch() -> None:
    found = portions_of(pieces("a", "b", "A", "B", "a", "b", "a", "b.", "a.", "c", "C"), patient=True)
    assert grouped(found) == ["a b", "A B", "a b", "a", "b. a.", "c", "C"]


def test_records_are_told_apart_by_source_position_and_id() -> None:
    same = {"payload": "x", "last": False}
    records = [Record("1", source="in", **same), Record("1", source="other", **same), Record("1", position=2, **same)]
    assert [len(batch.records) for batch in batches(records, patient=True)] == [3]


def test_a_source_that_breaks_off_ends_its_records() -> None:
    items = [(record, Cursor()) for record in pieces("a", "b")]
    other = Record("c", "c", "other", last=False)
    *_, failed, again, rest = portions([*items, (other, Cursor()), (FAILED, Cursor()), items[0], (other, Cursor())])
    assert set(failed.truncated) == {("in", 0, "a"), ("in", 0, "b")}
    assert not again.later
    assert rest.later


ITEMS = st.lists(st.sampled_from(["failed", "A", "a", "b", "c", "a.", "b.", "c."]), max_size=60)


@given(ITEMS, st.integers(1, 5), st.booleans())
def test_nothing_is_lost_nor_moved(names: list[str], size: int, patient: bool) -> None:  # noqa: FBT001
    items = [(FAILED if name == "failed" else pieces(name)[0], Cursor()) for name in names]
    found = list(portions(iter(items), size, patient=patient))
    assert [item for portion in found for item in portion.items] == items
    open_records: set[object] = set()
    for portion in found:
        assert list(portion.batch.records) == [item for item, _ in portion.items if isinstance(item, Record)]
        assert len(portion.items) <= size
        assert len(set(portion.pieces)) == len(portion.pieces)
        assert {record.last for record in portion.batch.records} <= {portion.batch.final}
        assert portion.later == bool(portion.pieces and open_records.issuperset(portion.pieces))
        assert open_records.issuperset(portion.truncated)
        open_records = (open_records | set(portion.pieces)) - set(portion.truncated)
        open_records -= set(portion.pieces) if portion.batch.final else set()


def test_many_failures_do_not_pile_up() -> None:
    found = list(portions((FAILED, Cursor()) for _ in range(1000)))
    assert max(len(portion.items) for portion in found) == RECORDS
    assert not any(portion.batch.records for portion in found)


def test_one_huge_record_is_alone() -> None:
    sizes = [len(batch.records) for batch in batches([Record("1", "x" * BYTES), Record("2", "y"), Record("3", "z")])]
    assert sizes == [1, 2]
