"""Metrics over a set of records, with confidence bounds."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from seqpipe.contracts import Metric, Outcome
from seqpipe.data import Record

RESAMPLES = 1000

LONGEST = 16
"""Numbers that a metric counts of a record, above which equal rows of them are kept once, such as those of labels."""

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


class MetricCounts:
    """What metrics count of records, one after the other: a few numbers each; the records are not kept.

    Args:
        metrics: that count.
    """

    def __init__(self, metrics: Sequence[Metric]) -> None:
        self._rows = [(metric, _Rows()) for metric in metrics]

    def add(self, record: Record, outcome: Outcome) -> None:
        """Count a record.

        Raises:
            RecordError: nothing can be compared with its target.
        """
        for metric, rows in self._rows:
            rows.add(metric.count(record, outcome))

    def figures(self, seed: int = 0) -> dict[str, Figure]:
        """Return the figure of each metric, by its name; none without records.

        The bounds are percentiles of the bootstrap over records (B. Efron, 1979).
        """
        return {metric.name: _figure(metric, rows, seed) for metric, rows in self._rows if len(rows)}

    def values(self) -> dict[str, float]:
        """Return the value of each metric, by its name, without bounds; none without records."""
        return {metric.name: float(metric.value(rows.sums())) for metric, rows in self._rows if len(rows)}


def figures(metrics: Sequence[Metric], results: RecordOutcomes, seed: int = 0) -> dict[str, Figure]:
    """Return the figure of each metric over the records, by its name."""
    return _counted(metrics, results).figures(seed)


def values(metrics: Sequence[Metric], results: RecordOutcomes) -> dict[str, float]:
    """Return the value of each metric over the records, by its name, without bounds."""
    return _counted(metrics, results).values()


def _counted(metrics: Sequence[Metric], results: RecordOutcomes) -> MetricCounts:
    counts = MetricCounts(metrics)
    for record, outcome in results:
        counts.add(record, outcome)
    return counts


class _Rows:
    """A row of numbers for each record. Long ones, most of which are equal to others, are kept once."""

    def __init__(self) -> None:
        self._width = 0
        self._numbers = array("d")  # of all rows, or of the different ones
        self._places = array("q")  # of each record among the different rows, where these are long
        self._different: dict[bytes, int] = {}

    def __len__(self) -> int:
        return len(self._numbers) // self._width if self._width <= LONGEST and self._width else len(self._places)

    def add(self, row: Sequence[float]) -> None:
        self._width = len(row)
        numbers = array("d", row)
        if self._width > LONGEST:
            place = self._different.setdefault(numbers.tobytes(), len(self._different))
            self._places.append(place)
            if place * self._width < len(self._numbers):
                return
        self._numbers.extend(numbers)

    def sums(self, times: npt.NDArray[np.int64] | None = None) -> npt.NDArray[np.float64]:
        """Return the sum of each column, with each record as many times as is said; once, if nothing is."""
        table = np.frombuffer(self._numbers).reshape(-1, self._width)
        if self._width > LONGEST:
            times = np.bincount(np.frombuffer(self._places, np.int64), times, len(table))
        return table.sum(axis=0) if times is None else times @ table


def _figure(metric: Metric, rows: _Rows, seed: int) -> Figure:
    random = np.random.default_rng(seed)
    records = len(rows)
    drawn = []
    for _ in range(RESAMPLES):
        times = np.bincount(random.integers(records, size=records), minlength=records)
        drawn.append(metric.value(rows.sums(times)))
    low, high = np.nanpercentile(drawn, (2.5, 97.5)) if not np.isnan(drawn).all() else (np.nan, np.nan)
    return Figure(float(metric.value(rows.sums())), float(low), float(high))
