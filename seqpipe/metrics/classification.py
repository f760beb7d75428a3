"""Of labels: accuracy and macro F1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from seqpipe.data import Record
from seqpipe.stage import Metric, Outcome


def accuracy(field: str, name: str = "accuracy") -> Metric:
    """The share of records, or of positions, whose label is the right one.

    Args:
        field: the result that holds the label, or the list of labels.
        name: the metric's key.
    """

    def counts(record: Record, outcome: Outcome) -> Sequence[float]:
        pairs = _pairs(record, outcome, field)
        return sum(gold == found for gold, found in pairs), len(pairs)

    return Metric(name, counts, ratio)


def macro_f1(field: str, labels: Sequence[str], name: str = "f1") -> Metric:
    """The mean over the labels of each label's F1; a label that neither occurs nor is given counts as 0."""

    def counts(record: Record, outcome: Outcome) -> Sequence[float]:
        table = np.zeros((3, len(labels)))  # true positives, given, occurring
        for gold, found in _pairs(record, outcome, field):
            for index, label in enumerate(labels):
                table[:, index] += (gold == found == label, found == label, gold == label)
        return table.ravel().tolist()

    def value(sums: npt.NDArray[Any]) -> float:
        right, given, occurring = sums.reshape(3, len(labels))
        return float(np.mean(2 * right / np.maximum(given + occurring, 1)))

    return Metric(name, counts, value)


def ratio(sums: npt.NDArray[Any]) -> float:
    """Return the first sum over the second; not a number if that is 0."""
    return float(sums[0] / sums[1]) if sums[1] else float("nan")


def _pairs(record: Record, outcome: Outcome, field: str) -> list[tuple[str | None, str]]:
    """Pair true labels with those found, as text; positions that are not labelled are left out."""
    found = outcome[0][field] if outcome else None
    if isinstance(record.target, list | tuple):
        return [
            (str(gold), str(label)) for gold, label in zip(record.target, found or (), strict=False) if gold is not None
        ]
    return [(str(record.target), str(found))]
