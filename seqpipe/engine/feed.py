"""What a run reads: the records of all sources that belong to its shard, from where it left off."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from seqpipe.contracts import Read
from seqpipe.data import Record
from seqpipe.data.source import Source
from seqpipe.engine.attempt import Unforeseen, raise_failure
from seqpipe.engine.portions import Cursor, Item
from seqpipe.engine.shards import WHOLE, Shard
from seqpipe.errors import Location, RecordError, SeqpipeError
from seqpipe.hookspecs import RecordFailed


@dataclass(frozen=True, slots=True)
class Origin:
    """What part of an input a source is.

    Attributes:
        input: which of the inputs it is, or is an excerpt of, counted from one.
        before: how many records of the input stand before it.
        shard: which of its records to take.
    """

    input: int
    before: int = 0
    shard: Shard = WHOLE


@dataclass(frozen=True, slots=True)
class Feed:
    """The input of a run.

    Attributes:
        read: gives the records of a source.
        sources: in order, numbered from one.
        reader: the name of the stage that reads.
        single: each source is one record.
        shard: which of the records to take.
        limit: take none but the first so many, counted before the shard is chosen; None: all.
        origin: says what part of an input each source is, if they are not the inputs themselves.
    """

    read: Read
    sources: Sequence[Source]
    reader: str
    single: bool = False
    shard: Shard = WHOLE
    limit: int | None = None
    origin: Callable[[Source], Origin] | None = None

    def items(self, after: Cursor = Cursor()) -> Iterator[Item]:  # noqa: B008 - immutable
        """Yield what follows a cursor, in order: records, and what failed to become one."""
        cursor = _MovingCursor(*after)
        for source in self.sources:
            if source.position < cursor.source:
                continue
            if source.position > cursor.source:
                cursor.source, cursor.item = source.position, 0
            if self._has_enough(cursor):
                return
            if self.single and not cursor.item and not self.shard.has(source.position, 1):
                cursor.read += 1
            elif not (self.single and cursor.item):
                yield from self._items_of(source, cursor)

    def failed(self, record: Record, error: RecordError, cursor: Cursor) -> RecordFailed:
        """Return the event for a record that a stage could not process.

        Args:
            record: itself, or a piece of it.
            error: why, with the stage.
            cursor: after it.
        """
        origin = self._origin(self.sources[cursor.source - 1])
        item = cursor.item if record.last else cursor.item + 1
        raw = record.raw if record.last else None
        return RecordFailed(
            record.source, record.position, record.id, error.stage, error, raw, origin.input, origin.before + item
        )

    def _items_of(self, source: Source, cursor: _MovingCursor) -> Iterator[Item]:
        """Yield the items of one source after those that are done, and move the cursor."""
        origin = self._origin(source)
        done, item = cursor.item, 0
        open_record: Record | None = None  # whose pieces are coming
        try:
            for record in self.read(source):
                whole = isinstance(record, RecordError) or record.last
                if open_record is not None and isinstance(record, Record):
                    _check_follows(record, open_record)
                open_record = record if isinstance(record, Record) and not whole else None
                current = item + 1
                if whole:
                    item = current
                if current <= done:
                    continue
                if whole:
                    cursor.item, cursor.read = item, cursor.read + 1
                if origin.shard.has(origin.input, origin.before + current):
                    got = record if isinstance(record, Record) else self._refused(source, current, record)
                    yield got, Cursor(source.position, item, cursor.read)
                if whole and self._has_enough(cursor):
                    return
            if open_record is not None:
                raise RecordError(
                    "the source ends before the record does",
                    "tell the reader's author: the last piece has `last=True`",
                    Location(source.name),
                )
        except Exception as error:  # noqa: BLE001 - a reader may raise anything
            foreseen = error if isinstance(error, SeqpipeError) else None
            reason = foreseen or Unforeseen.of(error, self.reader, Location(source.name))
            cursor.source, cursor.item, cursor.read = source.position + 1, 0, cursor.read + 1
            failed = self._refused(source, item + 1, reason)
            yield replace(failed, rest=str(origin.shard)), Cursor(cursor.source, 0, cursor.read)

    def _has_enough(self, cursor: _MovingCursor) -> bool:
        return self.limit is not None and cursor.read >= self.limit

    def _refused(self, source: Source, item: int, error: SeqpipeError) -> RecordFailed:
        """Return the event for what could not be made a record."""
        raw = None
        if isinstance(error, RecordError):
            error, raw = error.by(self.reader), error.raw
        origin = self._origin(source)
        position = error.where.line if error.where and error.where.source == source.name else 0
        return RecordFailed(source.name, position, "", self.reader, error, raw, origin.input, origin.before + item)

    def _origin(self, source: Source) -> Origin:
        return self.origin(source) if self.origin else Origin(source.position, 0, self.shard)


def _check_follows(piece: Record, begun: Record) -> None:
    """Check that a piece belongs to the record whose pieces are coming: a run writes one record after the other."""
    if (piece.source, piece.position, piece.id) != (begun.source, begun.position, begun.id):
        what = f"a record begins before the pieces of {begun.id!r} have ended"
        todo = "let the reader give all pieces of a record, the last one with `last`, before the next record"
        raise RecordError(what, todo, piece.location)


@dataclass(slots=True)
class _MovingCursor:
    """A `Cursor` that moves."""

    source: int
    item: int
    read: int


def records_of(feed: Feed, failed: Callable[[Record, RecordError], None] | None = None) -> Iterator[Record]:
    """Yield the records of a feed.

    Args:
        feed: of the input.
        failed: is told of what could not be made a record; None: the first failure ends it.

    Raises:
        InputError: a source cannot be read.
        RecordError: a record cannot be made.
    """
    for record, _ in feed.items():  # noqa: PERF102 - not a mapping
        if isinstance(record, Record):
            yield record
        elif failed is None or record.rest or not isinstance(record.error, RecordError):
            raise_failure(record.error)
        else:
            failed(Record(record.id, None, record.source, record.position), record.error)
