"""The encoder that takes out of frames what voice, microphone and line put in."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from pydantic import Field

from seqpipe import Batch, Encoder, Incoming, Spec, State, Step

Float64 = npt.NDArray[np.float64]

_LEAST_DEVIATION = 1e-3


class Normalise(Encoder):
    """Frames minus their mean, over their standard deviation: of the whole recording, or of what came before.

    A running mean and variance forget: a frame's weight falls by e in ``memory`` seconds. They begin as 0 and 1 (so put
    `core.standardize` before), as if they had been so for ``prior`` seconds. The frame itself is counted.
    """

    name: ClassVar[str] = "audio.normalise"

    running: bool = Field(False, description="of what came before, which can be streamed; else of the whole recording")
    memory: float = Field(10.0, gt=0, description="seconds in which a running mean forgets")
    prior: float = Field(1.0, ge=0, description="seconds that the mean and variance before the first frame count for")

    def build(self, incoming: Incoming) -> Step:
        """Take frames, give frames."""
        spec = incoming.spec.require(self.name, "frames")
        if not self.running:
            return Step.of(spec.replace(streamable=False), _normalised)
        rate = spec.rate or 1.0
        return _Running(spec, memory=max(self.memory * rate, 1.0), prior=self.prior * rate)


def _normalised(batch: Batch) -> Batch:
    """Normalise each recording by its own mean and deviation."""
    frames = batch.ragged
    values = np.empty_like(frames.array)
    for begin, end in pairwise(frames.offsets.tolist()):
        if begin < end:
            row = frames.array[begin:end]
            deviation = np.maximum(row.std(axis=0, dtype=np.float64), _LEAST_DEVIATION)
            values[begin:end] = (row - row.mean(axis=0, dtype=np.float64)) / deviation
    return batch.replace(sequence=frames.with_values(values))


@dataclass(frozen=True, eq=False, slots=True)
class _Moments:
    """The running mean of a recording's frames and of their squares, and how many frames they count for."""

    mean: Float64
    square: Float64
    count: float


class _Running(Step):
    remembers = list[_Moments]

    def __init__(self, spec: Spec, memory: float, prior: float) -> None:
        self.spec = spec
        self.memory = memory
        self.prior = prior

    def __call__(self, batch: Batch, state: State = None) -> tuple[Batch, State]:
        frames = batch.ragged
        values = np.empty_like(frames.array)
        begin = _Moments(np.zeros(self.spec.width), np.ones(self.spec.width), self.prior)
        before = state or [begin] * len(frames)
        after = [
            self._row(frames.array[begin:end], values[begin:end], moments)
            for begin, end, moments in zip(frames.offsets[:-1], frames.offsets[1:], before, strict=True)
        ]
        return batch.replace(sequence=frames.with_values(values)), None if batch.final else after

    def _row(self, frames: npt.NDArray[np.float32], out: npt.NDArray[np.float32], moments: _Moments) -> _Moments:
        """Normalise the frames of one recording into ``out``; return what is remembered."""
        mean, square, count = moments.mean, moments.square, moments.count
        for frame, place in zip(frames.astype(np.float64), out, strict=True):
            count = min(count + 1.0, self.memory)
            mean = mean + (frame - mean) / count
            square = square + (frame * frame - square) / count
            deviation = np.sqrt(np.maximum(square - mean * mean, _LEAST_DEVIATION**2))
            place[:] = (frame - mean) / deviation
        return _Moments(mean, square, count)
