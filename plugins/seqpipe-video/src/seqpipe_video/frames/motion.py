"""The tokenizer that turns frames into what moves in them."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import numpy.typing as npt
from pydantic import Field

from seqpipe import Batch, Incoming, Ragged, Record, RecordError, Spec, State, Step, Tokenizer, seen_after, unit_spans
from seqpipe_video.frames.camera import Motion, Vector, centred_places, without_camera
from seqpipe_video.frames.flow import optical_flow
from seqpipe_video.frames.images import Images, equalised, half_size
from seqpipe_video.frames.video_files import Frames

_BLOCK = 16  # pairs of frames at a time, which fit into a CPU's cache
_STILL = np.float32(0.15)  # pixels; what moves less is taken to be noise
_DIRECTIONS = 4  # right, left, down, up

Vectors = npt.NDArray[np.float32]


class MotionFeatures(Tokenizer):
    """Frames as motion: that of the camera, and what moves beside it, where, how far and in which direction.

    A position is a pair of frames that follow one another. Contrast is equalised, the flow between the two is
    estimated at half the size, and the camera's shift and zoom are taken out of it. The numbers are logarithms of
    pixels, with the sign kept: pan, tilt and zoom; how much moves; the middle and the extent of what moves; its mean
    flow as a whole and in its upper, lower, left and right part; and the flow in each direction in each of ``rows``
    strips of the frame.
    """

    name: ClassVar[str] = "video.motion"

    rows: int = Field(4, ge=1, le=16, description="strips that a frame is cut into, from top to bottom")
    noise: float = Field(2.0, gt=0, description="standard deviation of the noise in the frames, in grey levels")

    def build(self, incoming: Incoming) -> Step:
        """Take pictures; give float32 frames, which can be streamed."""
        spec = incoming.spec.require(self.name, "pictures")
        spans = Spec("spans", "int64", 2, rate=spec.rate)
        width = 3 + 2 + 4 + 10 + _DIRECTIONS * self.rows
        out = Spec("frames", "float32", width, rate=spec.rate, streamable=spec.streamable, columns={"spans": spans})
        return _Moved(out, self)


class _Moved(Step):
    """State: the last frame of each record (None: there was none), and how many positions were given."""

    remembers = tuple[list[npt.NDArray[np.uint8] | None], npt.NDArray[np.int64]]

    def __init__(self, spec: Spec, tokenizer: MotionFeatures) -> None:
        self.spec = spec
        self.tokenizer = tokenizer

    def __call__(self, batch: Batch, state: State = None) -> tuple[Batch, State]:
        before, given = state or ([None] * len(batch.records), None)
        rows, after = [], []
        for record, last in zip(batch.records, before, strict=True):
            frames = _pictures(record)
            if last is not None:
                frames = np.concatenate([last, frames])
            rows.append(self._features(frames))
            after.append(frames[-1:].copy() if len(frames) else None)
        sequence = Ragged.of(rows, np.float32, self.spec.width)
        out = batch.replace(sequence=sequence).with_columns(spans=unit_spans(sequence.offsets, given))
        return out, None if batch.final else (after, seen_after(sequence.offsets, given))

    def _features(self, frames: Frames) -> Vectors:
        blocks = [
            self._of_block(frames[begin : begin + _BLOCK + 1]) for begin in range(0, max(len(frames) - 1, 0), _BLOCK)
        ]
        return np.concatenate(blocks) if blocks else np.empty((0, self.spec.width), np.float32)

    def _of_block(self, frames: Frames) -> Vectors:
        images = equalised(half_size(frames.astype(np.float32)), noise=self.tokenizer.noise)
        motion = without_camera(optical_flow(images))
        size = np.hypot(motion.right, motion.down)
        camera = np.stack([motion.pan, motion.tilt, motion.zoom], axis=1)
        parts = [
            _logarithm(camera, 0.3),
            *_region(motion, size),
            _logarithm(_strips(motion, self.tokenizer.rows), 0.03),
        ]
        return np.concatenate(parts, axis=1, dtype=np.float32)


def _region(motion: Motion, size: Images) -> list[Vectors]:
    """Return how much moves, where its middle is and how far it extends, and the mean flow of it and of its parts."""
    x, y = centred_places(*size.shape[1:])
    weight = np.maximum(size - _STILL, 0) + np.float32(1e-5)
    total = weight.sum(axis=(1, 2))
    middle_x, middle_y = _mean(x, weight), _mean(y, weight)
    from_x, from_y = x - middle_x[:, None, None], y - middle_y[:, None, None]
    extents = [np.sqrt(_mean(distance * distance, weight)) for distance in (from_x, from_y)]
    upper, lower, left, right = (weight * side for side in (from_y < 0, from_y >= 0, from_x < 0, from_x >= 0))
    flows = [_mean(flow, part) for part in (weight, upper, lower, left, right) for flow in (motion.right, motion.down)]
    area = np.float32(size[0].size)
    return [
        _logarithm(size.mean(axis=(1, 2))[:, None], 0.03),
        _logarithm((total / area)[:, None], 0.01),
        3 * np.stack([middle_x, middle_y, *extents], axis=1),
        _logarithm(np.stack(flows, axis=1), 0.1),
    ]


def _strips(motion: Motion, count: int) -> Vectors:
    """Return the mean flow to the right, left, down and up in strips of the frame, shape (pairs, 4 * count)."""
    height = motion.right.shape[1]
    begins = np.arange(count) * height // count
    directions = (motion.right, -motion.right, motion.down, -motion.down)
    lines = np.stack([np.maximum(flow, 0).mean(axis=2) for flow in directions], axis=2)
    counts = np.diff(begins, append=height).astype(np.float32)
    sums: Vectors = np.add.reduceat(lines, begins, axis=1) / counts[:, None]
    return sums.reshape(len(sums), -1)


def _mean(values: Images, weight: Images) -> Vector:
    total = weight.sum(axis=(1, 2))
    means: Vector = (values * weight).sum(axis=(1, 2)) / (total + np.float32(1e-5))
    return means


def _logarithm(values: Vectors, unit: float) -> Vectors:
    """Return the logarithm of values with their sign kept, 0 at 0 and linear below ``unit``."""
    logarithms: Vectors = np.copysign(np.log1p(np.abs(values) / np.float32(unit)), values)
    return logarithms


def _pictures(record: Record) -> Frames:
    frames = record.payload
    if not (isinstance(frames, np.ndarray) and frames.dtype == np.uint8 and frames.ndim == 3):
        array = f"array of {frames.dtype}, shape {frames.shape}" if isinstance(frames, np.ndarray) else ""
        raise RecordError(
            f"{array or type(frames).__name__} where frames are needed",
            "read videos, or give an array of uint8, shape (frames, height, width)",
            record.location,
        )
    return frames
