"""The figures of a cross-validation."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

from seqpipe.metrics import Figure


@dataclass(frozen=True, eq=False, slots=True)
class CrossValidation:
    """What came out of the trainings of a cross-validation.

    Attributes:
        folder: where everything is.
        folds: the value of each metric in each fold, on the records that its training did not see.
        figures: of each metric over these records of all folds together, with bounds.
        failed: how many records were left out.
    """

    folder: Path
    folds: Sequence[Mapping[str, float]]
    figures: Mapping[str, Figure]
    failed: int = 0

    @property
    def mean(self) -> dict[str, float]:
        """Of each metric over the folds."""
        return {name: fmean(of_fold[name] for of_fold in self.folds) for name in self.figures}

    @property
    def deviation(self) -> dict[str, float]:
        """The standard deviation of each metric over the folds (that of a sample: divided by one less than them)."""
        return {name: stdev(of_fold[name] for of_fold in self.folds) for name in self.figures}

    def plain(self) -> dict[str, Any]:
        """Return the figures of each metric as values for JSON."""
        mean, deviation = self.mean, self.deviation
        return {
            name: {
                "folds": [_finite(of_fold[name]) for of_fold in self.folds],
                "mean": _finite(mean[name]),
                "deviation": _finite(deviation[name]),
                "together": figure.plain(),
            }
            for name, figure in self.figures.items()
        }

    def rows(self) -> list[tuple[str, ...]]:
        """Return the figures as a table: a header, then a row for each metric."""
        mean, deviation = self.mean, self.deviation
        numbers = (f"fold {number}" for number in range(1, len(self.folds) + 1))
        rows = [("metric", "mean", "deviation", "together", "bounds", *numbers)]
        for name, figure in self.figures.items():
            values = (mean[name], deviation[name], figure.value)
            bounds = f"[{figure.low:.4g}, {figure.high:.4g}]"
            each = (f"{of_fold[name]:.4g}" for of_fold in self.folds)
            rows.append((name, *(f"{value:.4g}" for value in values), bounds, *each))
        return rows


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
