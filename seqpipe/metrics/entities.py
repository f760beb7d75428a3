"""Of segments such as named entities: precision, recall and F1 as in the CoNLL-2000 script."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy.typing as npt

from seqpipe.data import Record
from seqpipe.stage import Metric, Outcome


def segments(labels: Sequence[str | None]) -> set[tuple[str, int, int]]:
    """Return the segments (type, begin, end) of labels in the B-, I-, O scheme.

    As conlleval does it, an I- that does not continue a segment of its type begins one.
    """
    found = set()
    begin, kind = 0, ""
    for index, label in enumerate([*labels, "O"]):
        prefix, _, now = (label or "O").partition("-")
        if kind and (prefix != "I" or now != kind):
            found.add((kind, begin, index))
            kind = ""
        if not kind and prefix in ("B", "I"):
            begin, kind = index, now
    return found


def entity_f1(field: str = "labels", name: str = "f1") -> Metric:
    """F1 over whole segments: right only with the right borders and the right type.

    Args:
        field: the result that holds the list of labels.
        name: the metric's key.
    """

    def counts(record: Record, outcome: Outcome) -> Sequence[float]:
        gold = segments(record.target)
        found = segments(outcome[0][field]) if outcome else set()
        return len(gold & found), len(found), len(gold)

    def value(sums: npt.NDArray[Any]) -> float:
        right, given, occurring = sums
        return float(2 * right / (given + occurring)) if given + occurring else float("nan")

    return Metric(name, counts, value)
