"""How good a network is at finding entities: F1 over whole ones, as the CoNLL tasks have it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy.typing as npt

from seqpipe import Metric, Outcome, Record
from seqpipe_text.names.annotation import Annotation, Entity


def entity_figures(types: Iterable[str]) -> tuple[Metric, ...]:
    """F1 of all entities, and of each type: right only with the right type, beginning and end.

    Entities of types that were not looked for in a text count neither for nor against (see `Annotation`).
    """
    return (_f1("f1", None), *(_f1(f"f1_per_type.{kind}", kind) for kind in types))


def entity_sets(record: Record, outcome: Outcome) -> tuple[set[Entity], set[Entity]]:
    """Return the entities that a text has, and those that were given, of the types that were looked for."""
    annotation = Annotation.of(record)
    entities = (entity for result in outcome for entity in result["entities"])
    given = {(entity["type"], entity["start"], entity["stop"]) for entity in entities}
    return set(annotation.entities), {entity for entity in given if annotation.counts(entity[0])}


def _f1(name: str, kind: str | None) -> Metric:
    def counts(record: Record, outcome: Outcome) -> Sequence[float]:
        gold, given = ({entity for entity in of if kind in (None, entity[0])} for of in entity_sets(record, outcome))
        return len(gold & given), len(given), len(gold)

    def value(sums: npt.NDArray[Any]) -> float:
        right, given, occurring = sums
        return float(2 * right / (given + occurring)) if given + occurring else float("nan")

    return Metric(name, counts, value)
