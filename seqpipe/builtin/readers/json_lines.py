"""JSON Lines: an object a line."""

from __future__ import annotations

from typing import Any, ClassVar

from seqpipe.builtin.readers.lines import LineReader
from seqpipe.builtin.readers.objects import ObjectReader, described
from seqpipe.data import Record
from seqpipe.data.json_text import JSONError, parse_json
from seqpipe.errors import Location, RecordError


class ReadJSONLines(ObjectReader, LineReader):
    """Objects in JSON, one a line; empty lines are skipped.

    The key ``id``, a text or a whole number, gives the record's id; else it is ``<source>:<line>``. All other keys are
    passed through, but a payload or target that is a list of numbers is not.
    """

    name: ClassVar[str] = "core.jsonl"
    suffixes: ClassVar[tuple[str, ...]] = (".jsonl", ".ndjson")

    def parse(self, line: str, source: str, position: int, raw: bytes) -> Record | None:
        """Return the record of an object, and none of a line without anything in it."""
        if not line.strip():
            return None
        where = Location(source, position)
        fields = parsed_object(line, where)
        known = f"the keys are {', '.join(fields)}" if fields else "the object is empty"
        if problem := self.missing(fields, known):
            raise RecordError(*problem, where)
        return self.record_of(fields, where, raw)


def parsed_object(line: str, where: Location) -> dict[str, Any]:
    """Return the object that a line holds.

    Raises:
        RecordError: it is no object in JSON, or nested too deeply.
    """
    try:
        fields = parse_json(line)
    except JSONError as error:
        here = Location(where.source, where.line, error.column)
        todo = "write one object a line" if error.column else error.todo
        raise RecordError(error.what, todo, here) from None
    if not isinstance(fields, dict):
        raise RecordError(f"{described(fields)} instead of an object", "write one object a line", where)
    return fields
