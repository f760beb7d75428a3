"""Results that mark parts of a text: names, amounts, or whatever a decoder calls ``entities``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from zlib import crc32

from seqpipe.data import Record

ENTITIES = "entities"
COLOURS = 12
"""Colours that types have; each medium knows its own."""

_USUAL = {"PER": 0, "LOC": 1, "ORG": 2, "MIS": 3}


class Mark(NamedTuple):
    """A part of a text that is something: of which type, and where it begins and ends, in characters."""

    type: str
    start: int
    stop: int

    @property
    def colour(self) -> int:
        """The number of its type's colour, below `COLOURS`: the same in each run, and different for the usual types."""
        usual = _USUAL.get(self.type.upper()[:3])
        return (
            len(_USUAL) + crc32(self.type.encode(errors="replace")) % (COLOURS - len(_USUAL))
            if usual is None
            else usual
        )


class MarkedText(NamedTuple):
    """A text, and what is marked in it.

    Attributes:
        field: of the result, that holds it.
        text: itself.
        marks: in their order; none overlaps another.
    """

    field: str
    text: str
    marks: tuple[Mark, ...]

    @property
    def shown(self) -> frozenset[str]:
        """The fields of the result that say what the text with its marks says."""
        return frozenset(("id", self.field, ENTITIES, "labels", "tokens"))

    def parts(self) -> Iterator[tuple[str, Mark | None]]:
        """Yield the text in parts, each with its mark or without one."""
        end = 0
        for mark in self.marks:
            if mark.start > end:
                yield self.text[end : mark.start], None
            yield self.text[mark.start : mark.stop], mark
            end = mark.stop
        if end < len(self.text):
            yield self.text[end:], None


def marked_text(record: Record) -> MarkedText | None:
    """Return the text of a result with ``entities``, which have ``type``, ``start`` and ``stop``; None without any.

    The text is the field in which they are: ``text`` if that fits, else the first column or result that does. Of
    entities that overlap the first one is taken, the longest of those that begin together.
    """
    entities = record.payload.get(ENTITIES) if isinstance(record.payload, Mapping) else None
    if not isinstance(entities, list | tuple) or not all(map(_is_entity, entities)):
        return None
    fields = {**record.columns, **record.payload}
    texts = {name: value for name, value in fields.items() if isinstance(value, str)}
    for name in sorted(texts, key=lambda name: name != "text"):
        if all(_fits(entity, texts[name]) for entity in entities):
            return MarkedText(name, texts[name], tuple(_apart(entities)))
    return None


def _is_entity(entity: Any) -> bool:
    return (
        isinstance(entity, Mapping)
        and isinstance(entity.get("type"), str)
        and all(type(entity.get(key)) is int for key in ("start", "stop"))
    )


def _fits(entity: Mapping[str, Any], text: str) -> bool:
    start, stop = entity["start"], entity["stop"]
    return 0 <= start < stop <= len(text) and bool(entity.get("text", text[start:stop]) == text[start:stop])


def _apart(entities: Sequence[Mapping[str, Any]]) -> Iterator[Mark]:
    end = 0
    marks = (Mark(entity["type"], entity["start"], entity["stop"]) for entity in entities)
    for mark in sorted(marks, key=lambda mark: (mark.start, -mark.stop)):
        if mark.start >= end:
            yield mark
            end = mark.stop
