"""Of numbers: how far they are from the true ones, and how often these lie within bounds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from seqpipe.contracts import Metric, Outcome
from seqpipe.data import Record
from seqpipe.metrics.classification import ratio

Values = Callable[[Record, Mapping[str, Any]], Sequence[Sequence[float]]]
"""Of a record and its result: for each value the true one, and the one or the bounds that were given."""


def mae(values: Values, index: int = 0, name: str = "mae") -> Metric:
    """The mean absolute error of the value of an index."""

    def counts(record: Record, outcome: Outcome) -> Sequence[float]:
        if not outcome:
            return (0.0, 0.0)
        true, given = values(record, outcome[0])[index]
        return (abs(given - true), 1.0)

    return Metric(name, counts, ratio, higher_is_better=False)


def rmse(values: Values, index: int = 0, name: str = "rmse") -> Metric:
    """The root of the mean squared error of the value of an index."""

    def counts(record: Record, outcome: Outcome) -> Sequence[float]:
        if not outcome:
            return (0.0, 0.0)
        true, given = values(record, outcome[0])[index]
        return ((given - true) ** 2, 1.0)

    return Metric(name, counts, lambda sums: float(np.sqrt(ratio(sums))), higher_is_better=False)


def r2(values: Values, number: int = 1, name: str = "r2") -> Metric:
    """The share of the variance that is explained, as scikit-learn has it; of several values the mean of theirs.

    It is 0 for who always says the mean, and below 0 for who is worse than that.

    Args:
        values: of a record and its result.
        number: how many values there are.
        name: the metric's key.
    """

    def counts(record: Record, outcome: Outcome) -> Sequence[float]:
        if not outcome:
            return [0.0] * (4 * number)
        return [
            term for true, given in values(record, outcome[0]) for term in (1.0, true, true**2, (given - true) ** 2)
        ]

    def value(sums: npt.NDArray[Any]) -> float:
        count, total, squares, errors = sums.reshape(number, 4).T
        spread = squares - total**2 / np.maximum(count, 1)
        return float(np.mean(1 - errors / spread)) if (spread > 0).all() else float("nan")

    return Metric(name, counts, value)


def coverage(bounds: Values, name: str = "coverage") -> Metric:
    """The share of values that lie within the bounds that were given."""

    def counts(record: Record, outcome: Outcome) -> Sequence[float]:
        if not outcome:
            return (0.0, 0.0)
        within = [low <= true <= high for true, low, high in bounds(record, outcome[0])]
        return (float(sum(within)), float(len(within)))

    return Metric(name, counts, ratio)
