"""Of sets of labels: F1 over all labels and of each, and how often the whole set is right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from seqpipe.contracts import Metric, Outcome
from seqpipe.data import Record
from seqpipe.data.label import label_of
from seqpipe.metrics.classification import ratio

LabelSets = Callable[[Record, Outcome], tuple[frozenset[str], frozenset[str]]]
"""Of a record and what was found for it: the labels that are true, and those that were given."""


def set_f1(sets: LabelSets, name: str = "f1") -> Metric:
    """F1 over all pairs of record and label: micro F1, as scikit-learn has it."""

    def counts(record: Record, outcome: Outcome) -> Sequence[float]:
        true, given = sets(record, outcome)
        return (2.0 * len(true & given), float(len(true) + len(given)))

    return Metric(name, counts, ratio)


def set_macro_f1(sets: LabelSets, labels: Sequence[str], name: str = "macro_f1") -> Metric:
    """The mean of the F1 of each label that is true or given somewhere."""
    known = [label_of(label) for label in labels]

    def counts(record: Record, outcome: Outcome) -> Sequence[float]:
        true, given = sets(record, outcome)
        both = [2.0 * (label in true and label in given) for label in known]
        return both + [float((label in true) + (label in given)) for label in known]

    def value(sums: npt.NDArray[Any]) -> float:
        both, either = sums[: len(known)], sums[len(known) :]
        seen = either > 0
        return float(np.mean(both[seen] / either[seen])) if seen.any() else float("nan")

    return Metric(name, counts, value)


def same_set(sets: LabelSets, name: str = "exact_match") -> Metric:
    """The share of records whose labels are all right, with none too many."""

    def counts(record: Record, outcome: Outcome) -> Sequence[float]:
        true, given = sets(record, outcome)
        return (float(true == given), 1.0)

    return Metric(name, counts, ratio)
