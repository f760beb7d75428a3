"""Of labels: accuracy, macro F1, correlation, and how often what is sought is found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from seqpipe.contracts import Metric, Outcome
from seqpipe.data import Record
from seqpipe.data.label import label_of


def accuracy(field: str, name: str = "accuracy") -> Metric:
    """The share of records, or of positions, whose label is the right one.

    Args:
        field: the result that holds the label, or the list of labels.
        name: the metric's key.
    """

    def counts(record: Record, outcome: Outcome) -> Sequence[float]:
        pairs = label_pairs(record, outcome, field)
        return sum(gold == given for gold, given in pairs), len(pairs)

    return Metric(name, counts, ratio)


def macro_f1(field: str, labels: Sequence[str], name: str = "f1") -> Metric:
    """The mean of the F1 of each label that occurs or is given, as scikit-learn has it.

    Args:
        field: the result that holds the label, or the list of labels.
        labels: that may be given; all others that occur count as one more.
        name: the metric's key.
    """

    def value(sums: npt.NDArray[Any]) -> float:
        table = sums.reshape(len(labels) + 1, len(labels) + 1)
        occurring, given = table.sum(axis=1), table.sum(axis=0)
        seen = occurring + given > 0
        if not seen.any():
            return float("nan")
        right = np.where(np.arange(len(table)) < len(labels), table.diagonal(), 0)
        return float(np.mean(2 * right[seen] / (occurring + given)[seen]))

    return Metric(name, _confusion(field, labels), value)


def mcc(field: str, labels: Sequence[str], name: str = "mcc") -> Metric:
    """Matthews' correlation of true labels and given ones, for any number of labels (J. Gorodkin, 2004).

    0, as in scikit-learn, where only one label occurs or only one is given.
    """

    def value(sums: npt.NDArray[Any]) -> float:
        table = sums.reshape(len(labels) + 1, len(labels) + 1)
        occurring, given, total = table.sum(axis=1), table.sum(axis=0), table.sum()
        covariance = np.trace(table) * total - occurring @ given
        spread = (total**2 - occurring @ occurring) * (total**2 - given @ given)
        return float(covariance / np.sqrt(spread)) if spread > 0 else 0.0

    return Metric(name, _confusion(field, labels), value)


def sensitivity(field: str, positive: str, name: str = "sensitivity") -> Metric:
    """The share of the records with the label that is sought to which it is given (also called recall)."""
    return _share(field, positive, name, sought=True)


def specificity(field: str, positive: str, name: str = "specificity") -> Metric:
    """The share of the records without the label that is sought to which another one is given."""
    return _share(field, positive, name, sought=False)


def ratio(sums: npt.NDArray[Any]) -> float:
    """Return the first sum over the second; not a number if that is 0."""
    return float(sums[0] / sums[1]) if sums[1] else float("nan")


def _confusion(field: str, labels: Sequence[str]) -> Callable[[Record, Outcome], Sequence[float]]:
    """Return what counts pairs of true label (row) and given one (column); the last are for all other labels."""
    index = {label_of(label): number for number, label in enumerate(labels)}

    def counts(record: Record, outcome: Outcome) -> Sequence[float]:
        table = np.zeros((len(labels) + 1, len(labels) + 1))
        for gold, given in label_pairs(record, outcome, field):
            table[index.get(gold, -1), index.get(given, -1)] += 1
        return table.ravel().tolist()

    return counts


def _share(field: str, positive: str, name: str, *, sought: bool) -> Metric:
    positive = label_of(positive)

    def counts(record: Record, outcome: Outcome) -> Sequence[float]:
        pairs = [(gold == positive, given == positive) for gold, given in label_pairs(record, outcome, field)]
        among = [given == sought for gold, given in pairs if gold == sought]
        return sum(among), len(among)

    return Metric(name, counts, ratio)


def label_pairs(record: Record, outcome: Outcome, field: str) -> list[tuple[str, str]]:
    """Pair true labels with those found, as text, empty where none was; positions without a label are left out."""
    given = outcome[0][field] if outcome else None
    if isinstance(record.target, list | tuple):
        return [
            (label_of(gold), label_of(label))
            for gold, label in zip(record.target, given or (), strict=False)
            if gold is not None
        ]
    return [(label_of(record.target), "" if given is None else label_of(given))]
