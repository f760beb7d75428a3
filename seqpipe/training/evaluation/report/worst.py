"""The records that a pipeline got most wrong."""

from __future__ import annotations

from bisect import insort
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from seqpipe.attribution import Attribution
from seqpipe.builtin.result_fields import plain
from seqpipe.contracts import Comparison, Metric, Outcome
from seqpipe.data import Record
from seqpipe.training.evaluation.outcomes import Measured


@dataclass(frozen=True, slots=True)
class WrongRecord:
    """A record that is wrong.

    Attributes:
        record: itself.
        outcome: what was found for it.
        metric: the name of the first metric.
        value: of that metric over this record alone; None where it is no number.
        whole: whether the payload is all of the record, rather than its last piece.
        attribution: what in it counted; None where that is not known.
    """

    record: Record
    outcome: Outcome
    metric: str
    value: float | None
    whole: bool
    attribution: Attribution | None = None

    def plain(self) -> dict[str, Any]:
        """Return it as values for JSON."""
        record = self.record
        text = {"text": record.payload} if isinstance(record.payload, str) else {}
        counted = self.attribution.plain() if self.attribution else {}
        return {
            "id": record.id,
            **text,
            self.metric: self.value,
            "target": plain(record.target, "target", record),
            "found": [plain(dict(result), "found", record) for result in self.outcome],
            **counted,
        }


@dataclass(order=True, slots=True)
class _Place:
    """Where a record stands: by its metric, then by how wrong it is, then by the order of the input."""

    unknown: bool
    merit: float
    rightness: float
    number: int
    wrong: WrongRecord = field(compare=False)

    @property
    def by_metric(self) -> tuple[bool, float]:
        return self.unknown, self.merit


class WorstRecords:
    """Keeps the few records that are worst by a metric, and among equals by the comparison; none that is right.

    Args:
        metric: the first one of the pipeline; None: it has none, and nothing is kept.
        comparison: of results with targets; None: all records count as wrong.
        most: records that are kept.
    """

    def __init__(self, metric: Metric | None, comparison: Comparison | None, most: int) -> None:
        self._metric = metric
        self._comparison = comparison
        self._most = most if metric else 0
        self._places: list[_Place] = []
        self._seen = 0

    def add(self, measured: Measured) -> None:
        """Take a record in, and let the best one go if there are too many."""
        self._seen += 1
        if not self._most or self._metric is None:
            return
        record, outcome, length = measured
        value = self._metric.value(np.array(self._metric.count(record, outcome), np.float64))
        known = bool(np.isfinite(value))
        merit = (value if self._metric.higher_is_better else -value) if known else 0.0
        if len(self._places) == self._most and (not known, merit) > self._places[-1].by_metric:
            return
        wrongness = self._comparison.wrongness(record, outcome) if self._comparison else 1.0
        if not wrongness:
            return
        whole = length is not None and length == len(record.payload)
        wrong = WrongRecord(record, outcome, self._metric.name, float(value) if known else None, whole)
        insort(self._places, _Place(not known, merit, -wrongness, self._seen, wrong))
        del self._places[self._most :]

    @property
    def records(self) -> Sequence[WrongRecord]:
        """Those that are kept, the worst first."""
        return [place.wrong for place in self._places]
