"""What is known of a record's entities: the targets of networks that find names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from seqpipe import Record, RecordError

_FORM = 'give a list such as [{"type": "PER", "start": 0, "stop": 5}]'

Entity = tuple[str, int, int]
"""Its type, and where it begins and ends, in characters of the text."""


@dataclass(frozen=True, slots=True)
class Annotation:
    """The entities of a text, and the types that were looked for.

    Attributes:
        entities: by their place.
        types: all others may occur in the text without being marked; None: all types were looked for.
    """

    entities: tuple[Entity, ...]
    types: frozenset[str] | None = None

    @classmethod
    def of(cls, record: Record) -> Annotation:
        """Return that of a record, whose target is a list of entities or a mapping.

        An entity has ``type``, ``start`` and ``stop``; a mapping has these as ``entities``, and the types that were
        looked for as ``annotated``.

        Raises:
            RecordError: the target is none of these, or an entity lies outside of the text.
        """
        target = record.target
        if target is None:
            what = "the record has no target"
            raise RecordError(what, "name the column that holds its entities: `target: ...`", record.location)
        types = None
        if isinstance(target, Mapping) and "entities" in target:
            annotated = target.get("annotated")
            types = None if annotated is None else frozenset(map(str, annotated))
            target = target["entities"]
        if isinstance(target, str | Mapping) or not hasattr(target, "__iter__"):
            raise RecordError("the target is no list of entities", _FORM, record.location)
        entities = sorted((_entity(item, record) for item in target), key=lambda entity: entity[1:])
        return cls(tuple(entities), types)

    def counts(self, kind: str) -> bool:
        """Whether entities of a type were looked for."""
        return self.types is None or kind in self.types


def _entity(item: Any, record: Record) -> Entity:
    """Return one of a target's entities."""
    try:
        kind, start, stop = str(item["type"]), item["start"], item["stop"]
        inside = 0 <= start < stop <= len(record.text)
    except (KeyError, TypeError):
        what = f"{item!r} is no entity: it needs `type`, `start` and `stop`"
        raise RecordError(what, _FORM, record.location) from None
    if not inside:
        what = f"an entity is said to be from {start} to {stop} of a text of {len(record.text)} characters"
        raise RecordError(what, "count from 0, and let `stop` be where the next character begins", record.location)
    return kind, start, stop
