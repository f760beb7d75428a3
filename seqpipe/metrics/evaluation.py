"""Metrics over a set of records, with confidence bounds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from seqpipe.contracts import Metric, Outcome
from seqpipe.data import Record

RESAMPLES = 1000

RecordOutcomes = Iterable[tuple[Record, Outcome]]


@dataclass(frozen=True, slots=True)
class Figure:
    """The value of a metric, and the bounds between which it lies with a confidence of 95 %."""

    value: float
    low: float
    high: float

    def plain(self) -> dict[str, float | None]:
        """Return it as a mapping for JSON, with None for what is no number, such as a share of nothing."""
        return {name: value if np.isfinite(value) else None for name, value in asdict(self).items()}


def figures(metrics: Sequence[Metric], results: RecordOutcomes, seed: int = 0) -> dict[str, Figure]:
    """Return the figure of each metric over the records, by its name.

    The bounds are percentiles of the bootstrap over records (B. Efron, 1979).
    """
    return {metric.name: _figure(metric, counts, seed) for metric, counts in _counts(metrics, results)}


def values(metrics: Sequence[Metric], results: RecordOutcomes) -> dict[str, float]:
    """Return the value of each metric over the records, by its name, without bounds."""
    return {metric.name: float(metric.value(counts.sum(axis=0))) for metric, counts in _counts(metrics, results)}


def _counts(metrics: Sequence[Metric], results: RecordOutcomes) -> list[tuple[Metric, npt.NDArray[np.float64]]]:
    """Return what each metric counts, a row a record; nothing without records."""
    rows: list[list[Sequence[float]]] = [[] for _ in metrics]
    for record, outcome in results:
        for counts, metric in zip(rows, metrics, strict=True):
            counts.append(metric.count(record, outcome))
    tables = [(metric, np.array(counts, np.float64)) for metric, counts in zip(metrics, rows, strict=True)]
    return [(metric, counts) for metric, counts in tables if len(counts)]


def _figure(metric: Metric, counts: npt.NDArray[np.float64], seed: int) -> Figure:
    random = np.random.default_rng(seed)
    records = len(counts)
    drawn = []
    for _ in range(RESAMPLES):
        times = np.bincount(random.integers(records, size=records), minlength=records)
        drawn.append(metric.value(times @ counts))
    low, high = np.nanpercentile(drawn, (2.5, 97.5)) if not np.isnan(drawn).all() else (np.nan, np.nan)
    return Figure(float(metric.value(counts.sum(axis=0))), float(low), float(high))
