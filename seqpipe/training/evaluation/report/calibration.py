"""How far probabilities can be trusted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from seqpipe.metrics import LabelComparison, LabelSetComparison
from seqpipe.training.evaluation.outcomes import Measured
from seqpipe.training.evaluation.report.chart import Axis, Chart
from seqpipe.training.evaluation.report.section import Block, Picture, Remark, Section, Table, percent

BINS = 10


class Calibration(Section):
    """The reliability diagram, and the expected calibration error (C. Guo et al., 2017).

    Of one label a record: how often the likeliest one is right, by its probability. Of any number of labels: how often
    a label is true, by its probability, over all pairs of a record and a label.

    Args:
        comparison: of labels, or of sets of them.
    """

    key = "calibration"
    title = "Probabilities"

    def __init__(self, comparison: LabelComparison | LabelSetComparison) -> None:
        self._comparison = comparison
        self._counts, self._right = np.zeros(BINS, np.int64), np.zeros(BINS, np.int64)
        self._sums = np.zeros(BINS)

    def add(self, measured: Measured) -> None:
        """Count the probabilities of a record, where there are any."""
        record, outcome, _ = measured
        probabilities = self._comparison.probabilities_of(outcome)
        if not probabilities:
            return
        if isinstance(self._comparison, LabelSetComparison):
            true, _ = self._comparison.sets(record, outcome)
            for label, probability in probabilities.items():
                self._count(probability, right=label in true)
        elif len(pairs := self._comparison.pairs(record, outcome)) == 1:
            likeliest = max(probabilities, key=lambda label: probabilities[label])
            self._count(probabilities[likeliest], right=pairs[0][0] == likeliest)

    def _count(self, probability: float, *, right: bool) -> None:
        place = min(int(probability * BINS), BINS - 1)
        self._counts[place] += 1
        self._sums[place] += probability
        self._right[place] += right

    @property
    def error(self) -> float:
        """The expected calibration error: the mean distance of probability and truth, over what was counted."""
        return float(np.abs(self._sums - self._right).sum() / self._counts.sum())

    def plain(self) -> Any:
        """Return the error and the bins that are not empty; None without probabilities."""
        if not self._counts.any():
            return None
        return {"expected_calibration_error": self.error, "bins": self._bins()}

    def _bins(self) -> list[dict[str, Any]]:
        return [
            {
                "from": place / BINS,
                "to": (place + 1) / BINS,
                "count": int(self._counts[place]),
                "probability": float(self._sums[place] / self._counts[place]),
                "right": float(self._right[place] / self._counts[place]),
            }
            for place in np.flatnonzero(self._counts).tolist()
        ]

    def blocks(self) -> Iterable[Block]:
        """Return the error, the diagram, and its numbers."""
        many = isinstance(self._comparison, LabelSetComparison)
        what, truth = ("labels", "true") if many else ("records", "right")
        ideal = f"0 is best: of what has the probability 0.8, 80 % is {truth}"
        yield Remark(f"Expected calibration error: {self.error:.3f}. {ideal}.")
        bins = self._bins()
        up = Axis(f"share that is {truth}", 0, 1)
        chart = Chart("Reliability diagram", Axis("probability", 0, 1), up, square=True)
        chart.line([(0, 0), (1, 1)], "ideal")
        for of in bins:
            name = f"{_range(of)}: {of['count']:,} {what}, {of['right']:.0%} {truth}"
            chart.bar(of["from"], of["to"], of["right"], name)
        chart.points([(of["probability"], of["right"]) for of in bins])
        yield Picture(chart.svg("Bars under the line are too sure, bars above it not sure enough."))
        rows = [(_range(of), f"{of['count']:,}", percent(of["probability"]), percent(of["right"])) for of in bins]
        yield Table("What the diagram shows", ("probability", what, "mean probability", truth), rows)


def _range(of: dict[str, Any]) -> str:
    return f"{of['from']:.1f} to {of['to']:.1f}"
