"""One item of input or output."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from seqpipe.errors import Location, RecordError


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
    """

    id: str
    payload: Any
    source: str = ""
    position: int = 0
    columns: Mapping[str, Any] = field(default_factory=dict)
    target: Any = None
    last: bool = True
    raw: bytes | None = field(default=None, repr=False, compare=False)

    @property
    def location(self) -> Location:
        """Where the record stands in its source, for messages."""
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
