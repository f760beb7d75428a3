"""Sequences into records: whole, or cut into stretches as their letters come."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from seqpipe import Location, Record, RecordError, Source, Stretch
from seqpipe_dna.sequences.file_events import Begun, Event, Letters


@dataclass(frozen=True, slots=True)
class Cut:
    """How sequences become records.

    Attributes:
        stretch: letters of a stretch; None: sequences stay whole.
        context: letters before and after a stretch that come with it.
        source: that the records name.
    """

    stretch: int | None
    context: int
    source: Source


def records_of_events(events: Iterable[Event], cut: Cut) -> Iterator[Record | RecordError]:
    """Yield the records of what is found in a file, and the errors."""
    growing: _Whole | _Stretches | None = None
    for event in events:
        if isinstance(event, Begun):
            if growing is not None:
                yield from growing.end()
            growing = _Whole(event, cut) if cut.stretch is None else _Stretches(event, cut, cut.stretch)
        elif growing is None:  # given up
            continue
        elif isinstance(event, RecordError):
            yield event
            growing = None
        else:
            try:
                yield from growing.add(event)
            except RecordError as error:
                yield error
                growing = None
    if growing is not None:
        yield from growing.end()


class _Whole:
    """A sequence that becomes one record."""

    def __init__(self, begun: Begun, cut: Cut) -> None:
        self._begun = begun
        self._source = cut.source
        self._letters = bytearray()

    def add(self, found: Letters) -> Iterator[Record]:
        """Take letters.

        Raises:
            RecordError: they are more than a record may have.
        """
        self._letters += found.letters
        longest = self._source.longest
        if longest is not None and len(self._letters) > longest:
            what = f"{self._begun.name!r} is longer than {longest:,} letters"
            todo = "let the reader cut it (`stretch`), or raise limits.record_mb"
            raise RecordError(what, todo, Location(self._source.name, self._begun.line))
        return iter(())

    def end(self) -> Iterator[Record | RecordError]:
        """Yield the record."""
        if not self._letters:
            yield _empty(self._begun, self._source)
            return
        begun = self._begun
        columns = {"description": begun.description}
        yield Record(begun.name, self._letters.decode("ascii"), self._source.name, begun.line, columns)


class _Stretches:
    """A sequence that becomes a record for each stretch, as soon as its letters and those of its context are there."""

    def __init__(self, begun: Begun, cut: Cut, stretch: int) -> None:
        self._begun = begun
        self._source = cut.source
        self._stretch, self._context = stretch, cut.context
        self._letters = bytearray()  # those that are still needed
        self._offset = 0  # of these in the sequence
        self._begin = 0  # of the next stretch
        self._places: list[int] = []  # where each line begins that is still needed
        self._lines: list[int] = []  # the numbers of these lines

    def add(self, found: Letters) -> Iterator[Record]:
        """Take letters, and yield the stretches that are whole with them."""
        self._places.append(self._offset + len(self._letters))
        self._lines.append(found.line)
        self._letters += found.letters
        while len(self._letters) >= self._begin - self._offset + self._stretch + self._context:
            yield self._next(self._begin + self._stretch)

    def end(self) -> Iterator[Record | RecordError]:
        """Yield the stretches that are left."""
        length = self._offset + len(self._letters)
        if not length:
            yield _empty(self._begun, self._source)
        while self._begin < length:
            yield self._next(min(self._begin + self._stretch, length))

    def _next(self, end: int) -> Record:
        """Return the record of the next stretch, and forget what later ones do not need."""
        name, begin, offset = self._begun.name, self._begin, self._offset
        index = bisect_right(self._places, begin) - 1
        payload = self._letters[: end - offset + self._context].decode("ascii")
        record = Record(
            f"{name}:{begin + 1}-{end}",
            payload,
            self._source.name,
            self._lines[index],
            stretch=Stretch(name, offset, begin, end),
        )
        del self._places[:index], self._lines[:index]
        self._begin = end
        self._offset = max(end - self._context, offset)
        del self._letters[: self._offset - offset]
        return record


def _empty(begun: Begun, source: Source) -> RecordError:
    return RecordError(f"no letters after {begun.name!r}", "leave it out", Location(source.name, begun.line))
