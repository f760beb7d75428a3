"""Records into batches. A record's result has the same bits in any of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple

from seqpipe.data import Batch, Record
from seqpipe.hookspecs import RecordFailed

RECORDS = 256
"""Records in a batch, at most."""

BYTES = 1 << 18
"""Bytes in a batch (64K characters or samples, or one picture), after which no further record is added."""

BYTES_OF_AN_ITEM = 4
"""What a character of a text, or an item of a list, counts for: as much as a sample."""


class Cursor(NamedTuple):
    """How far the input has been read.

    Attributes:
        source: the position of a source, counted from one; those before it are done.
        item: how many of its records are done.
        read: how many records of all sources are done.
    """

    source: int = 0
    item: int = 0
    read: int = 0


Item = tuple[Record | RecordFailed, Cursor]
"""What comes from the input, and the cursor after it."""

RecordKey = tuple[str, int, str]
"""What the pieces of one record have in common: its source, position and id."""


@dataclass(frozen=True, slots=True)
class Portion:
    """What follows one another in the input, and the batch of those that are records.

    Attributes:
        items: in order.
        batch: whole records; or pieces, of each record one at most: all the first ones of their records or all later
            ones, all the last ones or none.
        pieces: which records the pieces belong to; empty: the records are whole.
        later: pieces of these records have come before.
        truncated: records whose pieces have come so far, and of which none will follow.
    """

    items: Sequence[Item]
    batch: Batch
    pieces: Sequence[RecordKey] = ()
    later: bool = False
    truncated: Sequence[RecordKey] = ()


def items_of(records: Iterable[Record]) -> Iterator[Item]:
    """Yield records that come from nowhere in particular, and after which nothing is resumed."""
    nowhere = Cursor()
    return ((record, nowhere) for record in records)


def portions_of(records: Iterable[Record], size: int | None = None, *, patient: bool = False) -> Iterator[Portion]:
    """Group records that come from nowhere in particular; see `Grouping`."""
    return grouped(items_of(records), size, patient=patient)


def grouped(items: Iterable[Item], size: int | None = None, *, patient: bool = False) -> Iterator[Portion]:
    """Group what comes from the input; see `Grouping`."""
    grouping = Grouping(size, patient=patient)
    for item in items:
        yield from grouping.add(item)
    yield from grouping.rest()


class _Kind(Enum):
    """What may share a batch."""

    WHOLE = 0
    FIRST = 1
    LATER = 2
    LAST = 3


class Grouping:
    """The portion that is being made of what comes from the input, and which records have come in pieces so far.

    Pieces of several records may come in turn, as from several microphones; those of one round share a batch. A piece
    waits for the others of its round: for the records that had a piece in the last one. So what comes from one
    microphone alone never waits; nor does the first piece of a record, nor its last one.

    Args:
        size: items in a portion, at most; None: `RECORDS`.
        patient: let pieces wait for any that may share their batch, because nobody waits for the first results.
    """

    def __init__(self, size: int | None = None, *, patient: bool = False) -> None:
        self._size = size or RECORDS
        self._patient = patient
        self._open: set[RecordKey] = set()  # not ended
        self._round: set[RecordKey] = set()  # of these, those that had a piece in the last round
        self._begin()

    def _begin(self) -> None:
        """Begin a portion."""
        self._items: list[Item] = []
        self._bytes = 0
        self._kind = _Kind.WHOLE
        self._pieces: dict[RecordKey, None] = {}
        self._truncated: list[RecordKey] = []

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits for others to share its batch."""
        return not self._items

    def add(self, item: Item) -> Iterator[Portion]:
        """Add an item; yield the portions that are full."""
        record, _ = item
        kind, key = self._kind_of(record)
        if kind is not self._kind or key in self._pieces:
            yield from self.rest()
        self._kind = kind
        self._items.append(item)
        if isinstance(record, Record):
            self._bytes += _bytes_of(record.payload)
            if key is not None:
                self._add_piece(kind, key)
        elif self._open:
            self._truncate(record.source)
        if len(self._items) >= self._size or self._bytes >= BYTES or (key is not None and self._is_round()):
            yield from self.rest()

    def rest(self) -> Iterator[Portion]:
        """Yield the portion as it is, if there is anything in it, and begin another one."""
        if self._items:
            records = tuple(record for record, _ in self._items if isinstance(record, Record))
            whole = self._kind in (_Kind.WHOLE, _Kind.LAST)
            later = self._kind in (_Kind.LATER, _Kind.LAST)
            yield Portion(self._items, Batch(records, final=whole), tuple(self._pieces), later, self._truncated)
            if self._kind is _Kind.LATER:
                self._round = set(self._pieces)
            self._begin()

    def _kind_of(self, record: Record | RecordFailed) -> tuple[_Kind, RecordKey | None]:
        """Return what a record may share a batch with, and, if it is a piece, of what."""
        if isinstance(record, RecordFailed) or (record.last and not self._open):
            return _Kind.WHOLE, None
        key = (record.source, record.position, record.id)
        if key in self._open:
            return _Kind.LAST if record.last else _Kind.LATER, key
        return (_Kind.WHOLE, None) if record.last else (_Kind.FIRST, key)

    def _add_piece(self, kind: _Kind, key: RecordKey) -> None:
        self._pieces[key] = None
        if kind is _Kind.FIRST:
            self._open.add(key)
            self._round.add(key)
        elif kind is _Kind.LAST:
            self._open.discard(key)
            self._round.discard(key)

    def _truncate(self, source: str) -> None:
        """Take note that a source ends before its records do."""
        self._truncated += [key for key in self._open if key[0] == source]
        self._open.difference_update(self._truncated)
        self._round.difference_update(self._truncated)

    def _is_round(self) -> bool:
        """Whether no other piece is waited for."""
        return not self._patient and (self._kind is not _Kind.LATER or self._round <= self._pieces.keys())


def _bytes_of(payload: Any) -> int:
    """Return about how much memory a payload takes on its way: arrays their bytes, texts and lists by their items."""
    size = getattr(payload, "nbytes", None)
    if isinstance(size, int):
        return size
    try:
        return BYTES_OF_AN_ITEM * len(payload)
    except TypeError:
        return BYTES_OF_AN_ITEM
