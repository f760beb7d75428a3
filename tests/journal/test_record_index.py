"""The index of a shard."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from seqpipe.journal.record_index import IndexEntry, RecordIndex, decode_index, encode_index

NUMBERS = st.integers(0, 2**62)
ENTRIES = st.builds(IndexEntry, NUMBERS, NUMBERS, NUMBERS, NUMBERS, st.integers(0, 1))


@given(st.lists(ENTRIES))
def test_what_is_written_is_read(entries: list[IndexEntry]) -> None:
    assert list(decode_index(encode_index(entries))) == entries


def test_it_is_short_where_records_are_alike() -> None:
    entries = [IndexEntry(1, 8 * item + 3, 100 + item % 7, 1, 0) for item in range(10_000)]
    assert len(encode_index(entries)) < 2 * len(entries)


def test_what_was_not_kept_is_dropped() -> None:
    first, second = IndexEntry(1, 1, 10, 1, 0), IndexEntry(1, 4, 20, 1, 0)
    index = RecordIndex()
    index.add(first)
    index.keep()
    index.add(second)
    index.drop()
    assert list(decode_index(index.take())) == [first]
    assert index.take() == ""
