"""Metrics over a set of records, with confidence bounds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from seqpipe.data import Record
from seqpipe.stage import Metric, Outcome

RESAMPLES = 1000


@dataclass(frozen=True, slots=True)
class Figure:
    """The value of a metric, and the bounds between which it lies with a confidence of 95 %."""

    value: float
    low: float
    high: float


def evaluate(metrics: Sequence[Metric], results: Iterable[tuple[Record, Outcome]], seed: int = 0) -> dict[str, Figure]:
    """Return the figure of each metric over the records, by its name.

    The bounds are percentiles of the bootstrap over records (B. Efron, 1979).
    """
    rows: list[list[Sequence[float]]] = [[] for _ in metrics]
    for record, outcome in results:
        for counts, metric in zip(rows, metrics, strict=True):
            counts.append(metric.count(record, outcome))
    return {
        metric.name: _figure(metric, np.array(counts, np.float64), seed)
        for metric, counts in zip(metrics, rows, strict=True)
        if counts
    }


def _figure(metric: Metric, counts: npt.NDArray[np.float64], seed: int) -> Figure:
    random = np.random.default_rng(seed)
    records = len(counts)
    values = []
    for _ in range(RESAMPLES):
        drawn = np.bincount(random.integers(records, size=records), minlength=records)
        values.append(metric.value(drawn @ counts))
    low, high = np.nanpercentile(values, (2.5, 97.5)) if not np.isnan(values).all() else (np.nan, np.nan)
    return Figure(metric.value(counts.sum(axis=0)), float(low), float(high))
