"""How good a pipeline is on short records, and on long ones."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from seqpipe.contracts import Metric
from seqpipe.training.evaluation.outcomes import Measured
from seqpipe.training.evaluation.report.chart import Axis, Chart
from seqpipe.training.evaluation.report.section import Block, Picture, Section, Table


class LengthCurve(Section):
    """A metric by the length of records, in bins each of which begins at twice the length of the one before.

    Args:
        metric: the first one of the pipeline.
    """

    key = "lengths"
    title = "Length"

    def __init__(self, metric: Metric) -> None:
        self._metric = metric
        self._sums: dict[int, npt.NDArray[np.float64]] = {}
        self._records: dict[int, int] = {}
        self._unit = ""

    def add(self, measured: Measured) -> None:
        """Count a record whose payload has a length."""
        record, outcome, length = measured
        if length is None:
            return
        self._unit = "characters" if isinstance(record.payload, str) else "items"
        place = length.bit_length()
        counts = np.array(self._metric.count(record, outcome), np.float64)
        self._sums[place] = self._sums[place] + counts if place in self._sums else counts
        self._records[place] = self._records.get(place, 0) + 1

    def plain(self) -> Any:
        """Return the metric of each bin; None where all records are of about the same length."""
        if len(self._sums) < 2:
            return None
        return {"unit": self._unit, "metric": self._metric.name, "bins": self._bins()}

    def _bins(self) -> list[dict[str, Any]]:
        """Return the bins that are not empty, the shortest records first."""
        bins = []
        for place in sorted(self._sums):
            value = float(self._metric.value(self._sums[place]))
            begin, end = (1 << place >> 1), (1 << place) - 1
            known = value if np.isfinite(value) else None
            bins.append({"from": begin, "to": end, "records": self._records[place], "value": known})
        return bins

    def blocks(self) -> Iterable[Block]:
        """Return a chart and its numbers."""
        bins, name = self._bins(), self._metric.name
        values = [of["value"] for of in bins if of["value"] is not None]
        if values:
            first, last = min(self._sums), max(self._sums)
            up = Axis.around(name, [0.0, *values])
            begins = tuple((place, f"{1 << place >> 1:,}") for place in range(first, last + 1))
            across = Axis(f"length in {self._unit}, from", first, last + 1, begins)
            chart = Chart(f"{name} by length", across, up)
            for of in bins:
                if of["value"] is not None:
                    place = of["from"].bit_length()
                    chart.bar(place, place + 1, of["value"], f"{_range(of)}: {of['value']:.4g}", base=0.0)
            yield Picture(chart.svg(f"{name} of records of each length; the numbers stand below."))
        rows = [(_range(of), f"{of['records']:,}", "" if of["value"] is None else f"{of['value']:.4g}") for of in bins]
        yield Table(f"{name} by length", (self._unit, "records", name), rows)


def _range(of: dict[str, Any]) -> str:
    return f"{of['from']:,}" if of["from"] == of["to"] else f"{of['from']:,} to {of['to']:,}"
