"""Frames with mean 0 and variance 1."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar

import numpy as np

from seqpipe.contracts import Encoder, Incoming, Learned, Learner, Step
from seqpipe.contracts.learned import LearnedNumbers
from seqpipe.data import Batch
from seqpipe.data.ragged import Array
from seqpipe.errors import ModelError


class Standardize(Encoder):
    """Frames minus their mean, over their standard deviation, both learned from the training data."""

    name: ClassVar[str] = "core.standardize"

    @property
    def learns(self) -> Mapping[str, Any]:
        """The mean and the standard deviation of each number of a frame."""
        return {"mean": LearnedNumbers, "deviation": LearnedNumbers}

    def learner(self, incoming: Incoming) -> Learner | None:
        """Sum up frames and their squares."""
        spec = incoming.spec.require(self.name, "frames")
        return _Moments(spec.width)

    def build(self, incoming: Incoming) -> Step:
        """Take frames, give frames."""
        spec = incoming.spec.require(self.name, "frames")
        mean = np.asarray(incoming.learned.get("mean", np.zeros(spec.width)), np.float32)
        deviation = np.asarray(incoming.learned.get("deviation", np.ones(spec.width)), np.float32)
        if not len(mean) == len(deviation) == spec.width:
            what = f"{self.name} has learned {len(mean)} means and {len(deviation)} deviations of {spec.width} numbers"
            raise ModelError(what, "take the model that was trained with these stages, or train this pipeline")
        return Step.of(spec, partial(_scaled, mean=mean, deviation=deviation))


class _Moments(Learner):
    """Learned: ``mean`` and ``deviation`` of each of the frames' numbers; a number that never changes has 1."""

    def __init__(self, width: int) -> None:
        self._count = 0
        self._sum = np.zeros(width)
        self._squares = np.zeros(width)

    def see(self, batch: Batch) -> None:
        frames = batch.ragged.array.astype(np.float64)
        self._count += len(frames)
        self._sum += frames.sum(axis=0)
        self._squares += np.square(frames).sum(axis=0)

    def learned(self) -> Learned:
        mean = self._sum / max(self._count, 1)
        deviation = np.sqrt(np.maximum(self._squares / max(self._count, 1) - mean**2, 0))
        return {"mean": mean.tolist(), "deviation": np.where(deviation > 1e-8, deviation, 1.0).tolist()}


def _scaled(batch: Batch, mean: Array, deviation: Array) -> Batch:
    frames = batch.ragged
    return batch.replace(sequence=frames.with_values((frames.array - mean) / deviation))
