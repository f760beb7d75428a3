"""The days on which a thermometer cannot be right."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import ClassVar

import numpy as np
from pydantic import Field

from seqpipe import (
    Batch,
    ClassificationObjective,
    Decoder,
    Incoming,
    Metric,
    Objective,
    Outcome,
    Ragged,
    Record,
    Step,
    softmax,
)

FLAGS = ("ok", "fault")


class Faults(Decoder):
    """Each day that is a fault, counted from 0, and how sure that is."""

    name: ClassVar[str] = "weather.faults"
    adjustable: ClassVar[frozenset[str]] = frozenset({"threshold"})

    threshold: float = Field(0.5, gt=0, lt=1, description="the least probability of a fault that is reported")

    def objective(self, incoming: Incoming) -> Objective:
        """Ask for two numbers a day; targets are a list of ok and fault, one a day."""
        return ClassificationObjective(FLAGS, pooled=False, metrics=(_f1(),))

    def build(self, incoming: Incoming) -> Step:
        """Take logits, one position a day."""
        spec = incoming.spec.require(self.name, "logits", pooled=False)
        return Step.of(spec.replace(kind="outputs"), partial(_report, threshold=self.threshold))


def _report(batch: Batch, threshold: float) -> Batch:
    probabilities = batch.ragged.with_values(softmax(batch.ragged.array)[:, FLAGS.index("fault")])
    results = []
    for scores, days in zip(probabilities, batch.column("spans", Ragged), strict=True):
        faults = np.flatnonzero(scores >= threshold)
        results.append([{"day": int(days[place, 0]), "score": float(scores[place])} for place in faults])
    return batch.with_outputs(results)


def _f1() -> Metric:
    """Return how well the days are found: 2 hits / (faults there are + faults reported)."""

    def count(record: Record, outcome: Outcome) -> Sequence[float]:
        there = {day for day, flag in enumerate(record.target) if flag == "fault"}
        reported = {result["day"] for result in outcome}
        return len(there & reported), len(there) + len(reported)

    def value(sums: np.ndarray) -> float:
        return float(2 * sums[0] / sums[1]) if sums[1] else 1.0

    return Metric("f1", count, value)
