"""Series of numbers into frames."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

import numpy as np
from pydantic import Field

from seqpipe.contracts import Incoming, Step, Tokenizer
from seqpipe.data import Batch, Ragged, Record, Spec
from seqpipe.data.ragged import Array
from seqpipe.errors import RecordError


class Numbers(Tokenizer):
    """A series of numbers, or of vectors, as frames."""

    name: ClassVar[str] = "core.numbers"

    width: int = Field(1, ge=1, description="numbers in a frame")
    rate: float | None = Field(None, gt=0, description="frames a second (Hz); default: as the reader says")

    def build(self, incoming: Incoming) -> Step:
        """Take payloads of numbers, of shape (length,) or (length, width), give float32 frames."""
        spec = incoming.spec.require(self.name, "numbers")
        out = Spec("frames", "float32", self.width, rate=self.rate or spec.rate, streamable=spec.streamable)
        return Step.of_positions(out, partial(_frames, width=self.width))


def _frames(batch: Batch, width: int) -> Ragged:
    return Ragged.of([_frames_of(record, width) for record in batch.records], np.float32, width)


def _frames_of(record: Record, width: int) -> Array:
    try:
        frames = np.asarray(record.payload, np.float32)
    except (TypeError, ValueError):
        raise RecordError(
            "the series holds something that is no number",
            "give numbers, all frames of the same length",
            record.location,
        ) from None
    if frames.size and (frames.ndim > 2 or (frames.shape[1] if frames.ndim == 2 else 1) != width):
        raise RecordError(
            f"the series has the shape {'x'.join(map(str, frames.shape))}, not frames of {width}",
            "set the tokenizer's width to what the data have",
            record.location,
        )
    if not np.isfinite(frames).all():
        raise RecordError(
            "the series holds a number that is not finite", "leave it out, or replace it", record.location
        )
    return frames.reshape(-1, width)
