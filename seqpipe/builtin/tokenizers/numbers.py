"""Series of numbers into frames."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from pydantic import Field

from seqpipe.builtin.spans import seen_after, unit_spans
from seqpipe.contracts import Incoming, State, Step, Tokenizer
from seqpipe.data import Batch, Ragged, Record, Spec
from seqpipe.data.ragged import Array
from seqpipe.errors import RecordError


class Numbers(Tokenizer):
    """A series of numbers, or of vectors, as frames."""

    name: ClassVar[str] = "core.numbers"

    width: int = Field(1, ge=1, description="numbers in a frame")
    rate: float | None = Field(None, gt=0, description="frames a second (Hz)")

    def build(self, incoming: Incoming) -> Step:
        """Take payloads of numbers, of shape (length,) or (length, width), give float32 frames."""
        spec = incoming.spec.require(self.name, "numbers")
        out = Spec(
            "frames",
            "float32",
            self.width,
            rate=self.rate,
            streamable=spec.streamable,
            columns={"spans": Spec("spans", "int64", 2)},
        )
        return _Frames(out)


class _Frames(Step):
    def __init__(self, spec: Spec) -> None:
        self.spec = spec

    def __call__(self, batch: Batch, state: State = None) -> tuple[Batch, State]:
        frames = Ragged.of([self._frames(record) for record in batch.records], np.float32, self.spec.width)
        out = batch.replace(sequence=frames).with_columns(spans=unit_spans(frames.offsets, state))
        return out, None if batch.final else seen_after(frames.offsets, state)

    def _frames(self, record: Record) -> Array:
        try:
            frames = np.asarray(record.payload, np.float32)
        except (TypeError, ValueError):
            raise RecordError("the series holds something that is no number", "", record.location) from None
        width = self.spec.width
        if frames.size and (frames.ndim > 2 or (frames.shape[1] if frames.ndim == 2 else 1) != width):
            raise RecordError(
                f"the series has the shape {'x'.join(map(str, frames.shape))}, not frames of {width}",
                "set the tokenizer's width to what the data have",
                record.location,
            )
        if not np.isfinite(frames).all():
            raise RecordError("the series holds a number that is not finite", "", record.location)
        return frames.reshape(-1, width)
