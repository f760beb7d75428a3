"""Numbers of a record: their mean, or quantiles of what they may be."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from seqpipe.builtin.objectives.labels import missing
from seqpipe.contracts import Learned, Learner, Metric, Objective, Parameters
from seqpipe.data import Batch, Ragged, Record
from seqpipe.data.ragged import Array
from seqpipe.errors import RecordError


class ValuesLearner(Learner):
    """Finds the mean and the standard deviation of each value of the targets.

    Learned: ``mean`` and ``deviation``, a list each, in the order of the values.

    Args:
        names: of the values; none: there is one.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names
        self._sums = np.zeros((3, max(len(names), 1)))

    def see(self, batch: Batch) -> None:
        """Add the values of a batch's targets, and their squares."""
        for record in batch.records:
            values = values_of(record, self.names)
            self._sums += [np.ones_like(values), values, values**2]

    def learned(self) -> Learned:
        """Mean and deviation; values that are all the same have the deviation 1."""
        count, total, squares = self._sums
        count = np.maximum(count, 1)
        mean = total / count
        deviation = np.sqrt(np.maximum(squares / count - mean**2, 0.0))
        least = 1e-6 * np.maximum(np.abs(mean), 1e-30)  # what is left of equal numbers after rounding
        return {"mean": mean.tolist(), "deviation": np.where(deviation > least, deviation, 1.0).tolist()}


class ValuesObjective(Objective):
    """Numbers in units of their deviation from their mean: half the squared error, or the quantile loss.

    Half the squared error is, but for a constant, minus the log probability under a normal distribution, and its best
    answer is the mean. With quantiles, each of them is a logit of its own: of a share ``q``, ``max(q e, (q - 1) e)`` of
    the error ``e = target - logit`` (R. Koenker, G. Bassett, 1978).

    Args:
        names: of the values; none: there is one.
        mean, deviation: of each value, shape (values,).
        quantiles: shares between 0 and 1, such as 0.05, 0.5 and 0.95; none: the mean.
        metrics: what to report.
    """

    pooled = True

    def __init__(
        self,
        names: Sequence[str],
        mean: Array,
        deviation: Array,
        quantiles: Sequence[float] = (),
        metrics: tuple[Metric, ...] = (),
    ) -> None:
        self.names = names
        self.mean = mean
        self.deviation = deviation
        self.quantiles = np.array(quantiles)
        self.width = len(self.mean) * max(len(quantiles), 1)
        self.metrics = metrics

    def targets(self, batch: Batch) -> Batch:
        """Add ``target``: float64 values in units of their deviation, of shape (rows, values)."""
        values = np.stack([values_of(record, self.names) for record in batch.records])
        values = ((values - self.mean) / self.deviation)[batch.rows]
        return batch.with_columns(target=Ragged(values, np.arange(len(values) + 1)))

    def loss(self, batch: Batch, parameters: Parameters) -> tuple[Array, Array, dict[str, Array]]:
        """Half the squared error of the values, or the loss of their quantiles, summed over a row."""
        logits = batch.ragged.array
        target = batch.column("target", Ragged).array
        if not len(self.quantiles):
            error = logits - target
            return 0.5 * (error**2).sum(axis=1), error.astype(logits.dtype), {}
        error = target[:, :, None] - logits.reshape(len(logits), len(self.mean), len(self.quantiles))
        slope = np.where(error > 0, self.quantiles, self.quantiles - 1)
        return (slope * error).sum(axis=(1, 2)), -slope.reshape(logits.shape).astype(logits.dtype), {}

    def answered(self, logits: Array) -> Array:
        """Those of the means, or of the medians; of several values of each."""
        chosen = np.zeros_like(logits)
        number = max(len(self.quantiles), 1)
        chosen[:, number // 2 :: number] = 1
        return chosen


def values_of(record: Record, names: Sequence[str]) -> Array:
    """Return the values that a record should get: float64, shape (values,).

    A target is one number, or several: a list in the order of their names, a mapping by names, or a text with blanks
    between them.

    Raises:
        RecordError: there is none, it is something else, or not as many as there are names.
    """
    target = record.target
    if target is None:
        raise missing(record)
    values = _in_order(record, target, names) if names else [target]
    return np.array([_number(record, value) for value in values])


def _in_order(record: Record, target: Any, names: Sequence[str]) -> Sequence[Any]:
    if isinstance(target, Mapping):
        if lacking := [name for name in names if name not in target]:
            raise RecordError(f"the target has no {lacking[0]!r}", "give a value for each name", record.location)
        return [target[name] for name in names]
    values = target.split() if isinstance(target, str) else target
    if not isinstance(values, list | tuple | np.ndarray) or len(values) != len(names):
        what = f"the target is {target!r}, where {len(names)} numbers are needed"
        raise RecordError(what, f"give one each for {', '.join(names)}", record.location)
    return list(values)


def _number(record: Record, value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if isinstance(value, bool) or not math.isfinite(number):
        raise RecordError(f"the target is {value!r}, which is no finite number", "correct it", record.location)
    return number
