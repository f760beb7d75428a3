"""JSON Lines: an object a line."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field

from seqpipe.builtin.readers.lines import LineReader, text_record
from seqpipe.data import Record, Spec
from seqpipe.data.json_text import JSONError, parse_json
from seqpipe.errors import Location, RecordError, did_you_mean


class ReadJSONLines(LineReader):
    """Objects in JSON, one a line; empty lines are skipped.

    The key ``id``, a text or a whole number, gives the record's id; else it is ``<source>:<line>``. All other keys are
    passed through, but a payload or target that is a list of numbers is not.
    """

    name: ClassVar[str] = "core.jsonl"
    suffixes: ClassVar[tuple[str, ...]] = (".jsonl", ".ndjson")

    payload: str = Field("text", description="the key of what is processed")
    target: str = Field("", description="the key of what a network should learn")
    type: Literal["text", "numbers"] = Field(
        "text", description="what payloads are; numbers: a list of numbers, or of equally long lists of them"
    )

    @property
    def spec(self) -> Spec:
        """Text or numbers, as declared."""
        return Spec(kind=self.type)

    def record(self, payload: Any, position: int) -> Record:
        """Return the record of a text, or of numbers in a list or array, from Python or from ``--text``."""
        if self.type == "text":
            return text_record(payload, position, self.payload)
        return super().record(payload, position)

    @property
    def payload_key(self) -> str:
        """The key of what is processed."""
        return self.payload

    def parse(self, line: str, source: str, position: int, raw: bytes) -> Record | None:
        """Return the record of an object, and none of a line without anything in it."""
        if not line.strip():
            return None
        where = Location(source, position)
        fields = parsed_object(line, where)
        for role, key in (("payload", self.payload), ("target", self.target)):
            if key and key not in fields:
                known = f"the keys are {', '.join(fields)}" if fields else "the object is empty"
                raise RecordError(f"no key {key!r} for the {role}", did_you_mean(key, fields, known), where)
        payload, target = fields[self.payload], fields[self.target] if self.target else None
        if problem := _not_text(payload) if self.type == "text" else _not_numbers(payload):
            raise RecordError(f"the payload {self.payload!r} is {problem}", "correct it, or the reader's type", where)
        name = fields.pop("id", str(where))
        if type(name) not in (str, int):
            raise RecordError(f"the id is {_described(name)}", "give a text or a whole number", where)
        columns = {
            key: value
            for key, value in fields.items()
            if key not in (self.payload, self.target) or not _holds_numbers(value)
        }
        return Record(str(name), payload, where.source, where.line, columns, target, raw=raw)


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
        raise RecordError(f"{_described(fields)} instead of an object", "write one object a line", where)
    return fields


def _not_text(payload: Any) -> str:
    return "" if isinstance(payload, str) else f"{_described(payload)}, not a text"


def _not_numbers(payload: Any) -> str:
    """Say why a payload is not a list of numbers or of equally long lists of numbers; empty if it is."""
    if not isinstance(payload, list):
        return f"{_described(payload)}, not a list of numbers"
    types = set(map(type, payload))
    if types == {list}:
        if len(set(map(len, payload))) > 1:
            return "a list of lists that are not equally long"
        types = {type(item) for row in payload for item in row}
    odd = sorted(_NAMES.get(kind, "null") for kind in types - {int, float})
    return f"a list with {' and '.join(odd)} in it" if odd else ""


def _holds_numbers(value: Any) -> bool:
    """Whether it is a list of numbers, or of lists of them, judged by its first item."""
    first = value
    while isinstance(first, list) and first:
        first = first[0]
    return isinstance(value, list) and type(first) in (int, float)


_NAMES = {str: "a text", int: "a number", float: "a number", bool: "true or false", list: "a list", dict: "an object"}


def _described(value: Any) -> str:
    return _NAMES.get(type(value), "null")
