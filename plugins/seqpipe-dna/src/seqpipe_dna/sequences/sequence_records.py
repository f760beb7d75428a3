"""Sequences into records: whole, or cut into stretches as their letters come."""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from seqpipe import Location, Record, RecordError, Source, Stretch
from seqpipe_dna.sequences.file_events import Begun, Event, Letters


@dataclass(frozen=True, slots=True)
class Region:
    """A part of a sequence.

    Attributes:
        name: of the sequence.
        begin, end: half-open, counted from zero; no end: that of the sequence.
    """

    name: str
    begin: int = 0
    end: int | None = None

    @classmethod
    def parse(cls, text: str) -> Region:
        """Return what is written as ``name`` or ``name:first-last``, counted from one.

        Raises:
            ValueError: the last base is before the first, or the first before one.
        """
        if not (found := re.fullmatch(r"(.+):([\d,]+)-([\d,]+)", text)):
            return cls(text)
        first, last = (int(number.replace(",", "") or 0) for number in found.groups()[1:])
        if not 1 <= first <= last:
            raise ValueError(f"{text!r} has no bases (write name:first-last, counted from one)")
        return cls(found[1], first - 1, last)


@dataclass(frozen=True, slots=True)
class Cut:
    """How sequences become records.

    Attributes:
        stretch: letters of a stretch; None: sequences stay whole.
        context: letters before and after a stretch that come with it.
        region: the only part that is read; None: all.
        source: that the records name.
    """

    stretch: int | None
    context: int
    region: Region | None
    source: Source


def records_of_events(events: Iterable[Event], cut: Cut) -> Iterator[Record | RecordError]:
    """Yield the records of what is found in a file, and the errors."""
    growing: _Whole | _Stretches | None = None
    met = False
    for event in events:
        if isinstance(event, Begun):
            if growing is not None:
                yield from growing.end()
            growing = _begun(event, cut)
            met = met or growing is not None
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
    if cut.region is not None and not met:
        where = Location(cut.source.name)
        yield RecordError(f"no sequence is called {cut.region.name!r}", "correct the reader's `region`", where)


def _begun(begun: Begun, cut: Cut) -> _Whole | _Stretches | None:
    """Return what takes the letters of a sequence; None: nothing does."""
    region = cut.region or Region(begun.name)
    if region.name != begun.name:
        return None
    if cut.stretch is None and region == Region(begun.name):
        return _Whole(begun, cut)
    return _Stretches(begun, cut, region)


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

    def __init__(self, begun: Begun, cut: Cut, region: Region) -> None:
        self._begun = begun
        self._source = cut.source
        self._context = cut.context
        self._last = sys.maxsize if region.end is None else region.end
        self._stretch = cut.stretch or self._last - region.begin
        self._letters = bytearray()  # those that are needed
        self._first = self._begin = region.begin  # of the region, and of the next stretch
        self._offset = max(region.begin - cut.context, 0)  # of the letters in the sequence
        self._seen = 0  # letters of the sequence
        self._places: list[int] = []  # where each line begins that is still needed
        self._lines: list[int] = []  # the numbers of these lines

    def add(self, found: Letters) -> Iterator[Record]:
        """Take letters, and yield the stretches that are whole with them."""
        place, self._seen = self._seen, self._seen + len(found.letters)
        wanted = self._offset + len(self._letters)
        letters = found.letters[wanted - place : max(self._last + self._context - place, 0)]
        if self._seen <= wanted or not letters:
            return
        self._places.append(place)
        self._lines.append(found.line)
        self._letters += letters
        while (
            self._begin < self._last
            and len(self._letters) >= self._begin - self._offset + self._stretch + self._context
        ):
            yield self._next(min(self._begin + self._stretch, self._last))

    def end(self) -> Iterator[Record | RecordError]:
        """Yield the stretches that are left."""
        if not self._seen:
            yield _empty(self._begun, self._source)
        elif self._seen <= self._first:
            what = f"{self._begun.name!r} has {self._seen:,} letters only"
            todo = "correct the reader's `region`"
            yield RecordError(what, todo, Location(self._source.name, self._begun.line))
        last = min(self._offset + len(self._letters), self._last)
        while self._begin < last:
            yield self._next(min(self._begin + self._stretch, last))

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
