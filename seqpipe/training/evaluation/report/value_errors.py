"""Given numbers beside true ones, and what is left between them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from seqpipe.metrics import ValueComparison
from seqpipe.training.evaluation.outcomes import Measured
from seqpipe.training.evaluation.report.chart import Axis, Chart
from seqpipe.training.evaluation.report.section import Block, Picture, Remark, Section, Table

SAMPLED = 1000
"""Records of which the pictures are made, drawn evenly from all."""
BINS = 20
SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)


class ValueErrors(Section):
    """A scatter plot of each value, its residuals (given minus true), and their mean and deviation.

    Mean and deviation are of all records, the pictures and the quantiles of a sample (J. Vitter, 1985).

    Args:
        comparison: of values.
    """

    key = "values"
    title = "Values"

    def __init__(self, comparison: ValueComparison) -> None:
        self._comparison = comparison
        self._random = np.random.default_rng(0)
        self._records = 0
        self._sample: list[list[tuple[float, float]]] = []
        self._mean = np.zeros(len(comparison.names))
        self._squares = np.zeros(len(comparison.names))  # of the distances from the mean (B. Welford, 1962)

    def add(self, measured: Measured) -> None:
        """Take the values of a record in."""
        record, outcome, _ = measured
        if not outcome:
            return
        pairs = [(float(true), float(given)) for true, given in self._comparison.values(record, outcome[0])]
        if not np.isfinite(pairs).all():
            return
        self._records += 1
        residuals = np.array([given - true for true, given in pairs])
        before = residuals - self._mean
        self._mean += before / self._records
        self._squares += before * (residuals - self._mean)
        if len(self._sample) < SAMPLED:
            self._sample.append(pairs)
        elif (place := int(self._random.integers(self._records))) < SAMPLED:
            self._sample[place] = pairs

    def plain(self) -> Any:
        """Return the residuals of each value, and the sample; None without records."""
        if not self._records:
            return None
        return {name: self._of(index) for index, name in enumerate(self._comparison.names)}

    def _of(self, index: int) -> dict[str, Any]:
        sample = [pairs[index] for pairs in self._sample]
        quantiles = np.quantile([given - true for true, given in sample], SHARES)
        return {
            "mean_residual": float(self._mean[index]),
            "deviation": float(np.sqrt(self._squares[index] / self._records)),
            "quantiles": dict(zip(map(str, SHARES), quantiles.tolist(), strict=True)),
            "records": self._records,
            "sample": [{"true": true, "given": given} for true, given in sample],
        }

    def blocks(self) -> Iterable[Block]:
        """Return two charts for each value, and a table."""
        sampled = len(self._sample)
        which = (
            "All records" if sampled == self._records else f"{sampled:,} of {self._records:,} records, drawn evenly,"
        )
        yield Remark(f"{which} are in the pictures. A residual is the given value minus the true one.")
        rows = []
        for index, name in enumerate(self._comparison.names):
            sample = [pairs[index] for pairs in self._sample]
            yield Picture(_scatter(name, sample))
            yield Picture(_histogram(name, np.array([given - true for true, given in sample])))
            of = self._of(index)
            numbers = (of["mean_residual"], of["deviation"], *of["quantiles"].values())
            rows.append((name, *(f"{number:.4g}" for number in numbers)))
        shares = (f"{share:.0%} below" for share in SHARES)
        yield Table("Residuals", ("value", "mean", "deviation", *shares), rows)


def _scatter(name: str, sample: list[tuple[float, float]]) -> str:
    both = [number for pair in sample for number in pair]
    across = Axis.around(f"true {name}", both)
    chart = Chart(f"Given {name} by true {name}", across, Axis.around(f"given {name}", both), square=True)
    chart.line([(across.low, across.low), (across.high, across.high)], "ideal")
    chart.points(sample, 2.5)
    return chart.svg(f"A point for each of {len(sample):,} records; on the line, both are the same.")


def _histogram(name: str, residuals: np.ndarray) -> str:
    across = Axis.around(f"residual of {name}", residuals.tolist())
    counts, borders = np.histogram(residuals, BINS, (across.low, across.high))
    chart = Chart(f"Residuals of {name}", across, Axis.around("records", [0, *counts.tolist()]))
    for count, begin, end in zip(counts.tolist(), borders[:-1].tolist(), borders[1:].tolist(), strict=True):
        chart.bar(begin, end, count, f"{begin:.4g} to {end:.4g}: {count:,} records")
    return chart.svg(f"How many of {len(residuals):,} records have which residual; quantiles stand below.")
