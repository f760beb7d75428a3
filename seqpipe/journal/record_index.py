"""The index of a shard: how much of its output belongs to each record, so that shards can be merged."""

from __future__ import annotations

import sys
import zlib
from array import array
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple


class IndexEntry(NamedTuple):
    """What a record has added to an output; or what stands before the first result, in an entry of its own.

    Attributes:
        source: which source it is in, counted from one; 0: this is what stands before the first result.
        item: which of the source's records it is, counted from one; 0: the source before this one could not be read on.
        size: bytes of its results.
        results: how many these are.
        failed: 1 if the record failed, else 0.
    """

    source: int
    item: int
    size: int
    results: int
    failed: int

    @classmethod
    def of_head(cls, head: bytes) -> IndexEntry:
        """Return the entry of what stands before the first result."""
        return cls(0, 0, len(head), 0, 0)


class RecordIndex:
    """The entries of a block that has not ended."""

    def __init__(self) -> None:
        self._entries: list[IndexEntry] = []
        self._kept = 0

    def add(self, entry: IndexEntry) -> None:
        """Add the entry of a record."""
        self._entries.append(entry)

    def keep(self) -> None:
        """Keep what was added so far."""
        self._kept = len(self._entries)

    def drop(self) -> None:
        """Forget what was added since something was last kept."""
        del self._entries[self._kept :]

    def take(self) -> str:
        """Return all entries as text, and begin again."""
        taken, self._entries, self._kept = self._entries, [], 0
        return encode_index(taken)


def encode_index(entries: Sequence[IndexEntry]) -> str:
    """Return entries as text: columns of differences or counts, compressed, as most of them are equal."""
    if not entries:
        return ""
    sources, items, *counts = (array("q", column) for column in zip(*entries, strict=True))
    columns = [*(array("q", _differences(column)) for column in (sources, items)), *counts]
    return b64encode(zlib.compress(b"".join(map(_little_endian, columns)), 1)).decode()


def decode_index(text: str) -> Iterator[IndexEntry]:
    """Return the entries that `encode_index` has written."""
    if not text:
        return iter(())
    values = array("q", zlib.decompress(b64decode(text)))
    if sys.byteorder == "big":
        values.byteswap()
    rows = len(values) // len(IndexEntry._fields)
    sources, items, *counts = (values[begin : begin + rows] for begin in range(0, len(values), rows))
    return map(IndexEntry, accumulate(sources), accumulate(items), *counts)


def _differences(column: Sequence[int]) -> Iterator[int]:
    return (later - earlier for earlier, later in pairwise((0, *column)))


def _little_endian(values: array[int]) -> bytes:
    if sys.byteorder == "big":
        values.byteswap()
    return values.tobytes()
