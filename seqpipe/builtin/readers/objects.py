"""Records out of objects with named values, of which one is the payload and one may be the target."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Literal

from pydantic import Field

from seqpipe.builtin.readers.lines import text_record
from seqpipe.contracts import Reader
from seqpipe.data import Record, Spec
from seqpipe.errors import Location, RecordError, did_you_mean


class ObjectReader(Reader):
    """Reads files of objects; what is special of a format is how an object is had."""

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

    def missing(self, keys: Collection[str], known: str) -> tuple[str, str] | None:
        """Say which key that is needed is not there, and what to do; None if all are.

        Args:
            keys: that are there.
            known: says which, in a message.
        """
        for role, key in (("payload", self.payload), ("target", self.target)):
            if key and key not in keys:
                return f"no key {key!r} for the {role}", did_you_mean(key, keys, known)
        return None

    def record_of(self, fields: dict[str, Any], where: Location, raw: bytes | None) -> Record:
        """Return the record of an object.

        Args:
            fields: that it has, with those of the payload and the target.
            where: it stands.
            raw: its bytes; None: they are no excerpt that could be read alone.

        Raises:
            RecordError: the payload or the id is nothing that could be one.
        """
        payload, target = fields[self.payload], fields[self.target] if self.target else None
        if problem := _not_text(payload) if self.type == "text" else _not_numbers(payload):
            raise RecordError(f"the payload {self.payload!r} is {problem}", "correct it, or the reader's type", where)
        name = fields.pop("id", str(where))
        if type(name) not in (str, int):
            raise RecordError(f"the id is {described(name)}", "give a text or a whole number", where)
        columns = {
            key: value
            for key, value in fields.items()
            if key not in (self.payload, self.target) or not _holds_numbers(value)
        }
        return Record(str(name), payload, where.source, where.line, columns, target, raw=raw)


def described(value: Any) -> str:
    """Return what a value is, for messages."""
    return _NAMES.get(type(value), "null")


def _not_text(payload: Any) -> str:
    return "" if isinstance(payload, str) else f"{described(payload)}, not a text"


def _not_numbers(payload: Any) -> str:
    """Say why a payload is not a list of numbers or of equally long lists of numbers; empty if it is."""
    if not isinstance(payload, list):
        return f"{described(payload)}, not a list of numbers"
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
