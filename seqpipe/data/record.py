"""One item of input or output."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from seqpipe.errors import Location, RecordError


@dataclass(frozen=True, slots=True)
class Stretch:
    """Which part of a sequence a record is, where the sequence is cut into several records.

    Unlike the pieces of a record, stretches are records of their own: they are computed at the same time, and a run is
    resumed between them. The payload may have more of the sequence on both sides, as context.

    Attributes:
        whole: the id of the whole sequence.
        offset: where in the whole the payload begins, counted from zero.
        begin, end: the part of the whole that this record answers for, half-open; these parts neither overlap nor
            leave gaps.
    """

    whole: str
    offset: int
    begin: int
    end: int


@dataclass(slots=True)
class Record:
    """What readers yield and writers take. A value: nothing changes one (it is not frozen because that costs time).

    Attributes:
        id: names the record for people: ``comments.txt:17``, a path, or what the input says.
        payload: what the first tokenizer takes (text, samples, numbers); in an output, the mapping of named results.
        source: the file it comes from, as the user gave it.
        position: where in the source, counted from one (a line, an index of a file in a folder).
        columns: what is passed through to the output.
        target: what a network should learn to give, where the input says it.
        last: False while more pieces of the same record follow, as from an endless recording.
        raw: the bytes that the reader made it of, such that it reads the same record from a file of these bytes alone
            (a row of a table with the line of its header before it). None: it has to be read from its source again.
        stretch: which part of a longer sequence it is; None: the payload is whole.
    """

    id: str
    payload: Any
    source: str = ""
    position: int = 0
    columns: Mapping[str, Any] = field(default_factory=dict)
    target: Any = None
    last: bool = True
    raw: bytes | None = field(default=None, repr=False, compare=False)
    stretch: Stretch | None = None

    @property
    def location(self) -> Location:
        """Where the record stands in its source, or what it is called among those of a program, for messages."""
        if self.position and not self.source:
            return Location(f"record {self.id}")
        return Location(self.source or self.id, self.position)

    @property
    def text(self) -> str:
        """The payload of a record of text.

        Raises:
            RecordError: it is something else.
        """
        if not isinstance(self.payload, str):
            what = f"{type(self.payload).__name__} where text is needed"
            raise RecordError(what, "read records of text", self.location)
        return self.payload
