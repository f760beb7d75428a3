"""Of segments such as named entities: precision, recall and F1 as in the CoNLL-2000 script."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy.typing as npt

from seqpipe.contracts import Metric, Outcome
from seqpipe.data import Record


def segments(labels: Sequence[str | None]) -> set[tuple[str, int, int]]:
    """Return the segments (type, begin, end) of labels in the B-, I-, O scheme.

    As conlleval does it, an I- that does not continue a segment of its type begins one.
    """
    entities = set()
    begin, kind = 0, ""
    for index, label in enumerate([*labels, "O"]):
        prefix, _, now = (label or "O").partition("-")
        if kind and (prefix != "I" or now != kind):
            entities.add((kind, begin, index))
            kind = ""
        if not kind and prefix in ("B", "I"):
            begin, kind = index, now
    return entities


def entity_f1(field: str = "labels", name: str = "f1") -> Metric:
    """F1 over whole segments: right only with the right borders and the right type.

    Args:
        field: the result that holds the list of labels.
        name: the metric's key.
    """
    return _f1(field, name, None)


def entity_f1_per_type(labels: Sequence[str], field: str = "labels", name: str = "f1_per_type") -> tuple[Metric, ...]:
    """The F1 of each type of segments, as the metrics ``f1_per_type.PER``, ...

    Args:
        labels: B-, I- and O labels, whose types are meant.
        field: the result that holds the list of labels.
        name: what the metrics' keys begin with.
    """
    types = sorted({kind for prefix, _, kind in (label.partition("-") for label in labels) if prefix in ("B", "I")})
    return tuple(_f1(field, f"{name}.{kind}", kind) for kind in types)


def _f1(field: str, name: str, kind: str | None) -> Metric:
    def of_kind(labels: Sequence[str | None]) -> set[tuple[str, int, int]]:
        return {segment for segment in segments(labels) if kind in (None, segment[0])}

    def counts(record: Record, outcome: Outcome) -> Sequence[float]:
        gold = of_kind(record.target)
        given = of_kind(outcome[0][field]) if outcome else set()
        return len(gold & given), len(given), len(gold)

    def value(sums: npt.NDArray[Any]) -> float:
        right, given, occurring = sums
        return float(2 * right / (given + occurring)) if given + occurring else float("nan")

    return Metric(name, counts, value)
