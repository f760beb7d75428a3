"""The encoder that adds to frames how they change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from pydantic import Field

from seqpipe import Batch, Encoder, Incoming, Ragged, Spec, State, Step

Frames = npt.NDArray[np.float32]
Int64 = npt.NDArray[np.int64]


class Deltas(Encoder):
    """Frames with their slopes beside them, and with the slopes of these (S. Young et al., The HTK Book, 5.9).

    A slope is that of the regression line over ``reach`` frames to both sides; at the edges the first and last frame
    are repeated. Streaming, a frame waits for the ones that its slopes look ahead to.
    """

    name: ClassVar[str] = "audio.deltas"

    order: int = Field(1, ge=1, le=2, description="1: slopes; 2: also their slopes")
    reach: int = Field(2, ge=1, description="frames to either side that a slope is taken over")

    def build(self, incoming: Incoming) -> Step:
        """Take frames, give frames that are twice or three times as wide."""
        spec = incoming.spec.require(self.name, "frames")
        return _AddDeltas(spec.replace(width=spec.width * (1 + self.order)), self)


@dataclass(frozen=True, eq=False, slots=True)
class _Held:
    """What is remembered of a recording between its pieces.

    Attributes:
        frames, spans: those that later slopes need.
        given: how many of them have been given.
    """

    frames: Frames
    spans: Int64
    given: int


class _AddDeltas(Step):
    remembers = list[_Held]

    def __init__(self, spec: Spec, deltas: Deltas) -> None:
        self.spec = spec
        self.order = deltas.order
        self.reach = deltas.reach

    def __call__(self, batch: Batch, state: State = None) -> tuple[Batch, State]:
        incoming, spans = batch.ragged, batch.columns.get("spans")
        width = incoming.array.shape[1]
        nothing = _Held(np.empty((0, width), np.float32), np.empty((0, 2), np.int64), 0)
        widened, places, after = [], [], []
        for row, held in enumerate(state or [nothing] * len(incoming)):
            frames = np.concatenate([held.frames, incoming[row]])
            where = np.concatenate([held.spans, spans[row]]) if isinstance(spans, Ragged) else held.spans
            end = len(frames) if batch.final else max(len(frames) - self.order * self.reach, held.given)
            widened.append(self._widened(frames)[held.given : end])
            places.append(where[held.given : end])
            begin = max(end - self.order * self.reach, 0)
            after.append(_Held(frames[begin:].copy(), where[begin:].copy(), end - begin))
        out = batch.replace(sequence=Ragged.of(widened, np.float32, self.spec.width))
        if spans is not None:
            out = out.with_columns(spans=Ragged.of(places, np.int64, 2))
        return out, None if batch.final else after

    def _widened(self, frames: Frames) -> Frames:
        parts = [frames]
        for _ in range(self.order):
            parts.append(slopes(parts[-1], self.reach))
        return np.concatenate(parts, axis=1)


def slopes(frames: Frames, reach: int) -> Frames:
    """Return the slope of each column at each frame: float32, in the shape of the frames."""
    if not len(frames):
        return frames
    padded = np.pad(frames.astype(np.float64), ((reach, reach), (0, 0)), mode="edge")
    count = len(frames)
    total = np.zeros(frames.shape)
    for distance in range(1, reach + 1):
        later, earlier = padded[reach + distance :][:count], padded[reach - distance :][:count]
        total += distance * (later - earlier)
    return (total / (2 * sum(distance**2 for distance in range(1, reach + 1)))).astype(np.float32)
