"""Numbers into tokens."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from seqpipe import (
    Batch,
    Incoming,
    Learned,
    LearnedNumbers,
    Learner,
    Ragged,
    Record,
    RecordError,
    Spec,
    Step,
    Tokenizer,
)


class Quantize(Tokenizer):
    """A number as one of so many bins, each of which holds equally many numbers of the training data.

    Learned: ``edges``, the numbers between the bins.
    """

    name: ClassVar[str] = "weather.quantize"

    bins: int = Field(32, ge=2, description="bins, each a token")

    @property
    def learns(self) -> Mapping[str, Any]:
        """The edges of the bins."""
        return {"edges": LearnedNumbers}

    def learner(self, incoming: Incoming) -> Learner | None:
        """Gather numbers."""
        incoming.spec.require(self.name, "numbers")
        return _Edges(self.bins)

    def build(self, incoming: Incoming) -> Step:
        """Take series of numbers; give tokens, with the column ``spans``."""
        spec = incoming.spec.require(self.name, "numbers")
        edges = np.asarray(incoming.learned.get("edges", ()), np.float64)
        out = Spec("tokens", "int32", self.bins, streamable=spec.streamable)
        return Step.of_positions(out, partial(_binned, edges=edges))


class _Edges(Learner):
    def __init__(self, bins: int) -> None:
        self.bins = bins
        self._seen: list[float] = []

    def see(self, batch: Batch) -> None:
        for record in batch.records:
            self._seen += _series(record).tolist()

    def learned(self) -> Learned:
        if not self._seen:
            return {"edges": []}
        shares = np.arange(1, self.bins) / self.bins
        return {"edges": np.quantile(self._seen, shares).tolist()}


def _binned(batch: Batch, edges: np.ndarray) -> Ragged:
    numbers = Ragged.of([_series(record) for record in batch.records], np.float64)
    return numbers.with_values(np.searchsorted(edges, numbers.array).astype(np.int32))


def _series(record: Record) -> np.ndarray:
    try:
        series = np.asarray(record.payload, np.float64)
    except (TypeError, ValueError):
        series = np.array(np.nan)
    if series.ndim != 1 or not np.isfinite(series).all():
        raise RecordError("no series of numbers", "read records of numbers", record.location)
    return series
