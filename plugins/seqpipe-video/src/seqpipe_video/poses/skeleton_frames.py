"""The tokenizer that turns poses into frames."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Annotated, ClassVar

import numpy as np
import numpy.typing as npt
from pydantic import Field

from seqpipe import Batch, ConfigError, Incoming, Ragged, Record, RecordError, Spec, State, Step, Tokenizer
from seqpipe_video.poses.pose_features import WIDTH, pose_features
from seqpipe_video.poses.skeleton import JOINTS, Poses


class SkeletonFrames(Tokenizer):
    """Poses as frames that do not depend on where and how large somebody is: joints, how they move, which are missing.

    Poses in space are seen from the side of the person; those in images are taken as they are. With ``window`` each
    capture is cut into windows that overlap, each a sequence of its own, so that it may be endless; a window's span is
    its middle, and of the first and last one what lies before and after.
    """

    name: ClassVar[str] = "video.skeleton"
    adjustable: ClassVar[frozenset[str]] = frozenset({"stride"})

    window: float | None = Field(None, gt=0, description="seconds of a window; none: the whole capture")
    stride: float = Field(0.5, gt=0, description="seconds from the beginning of one window to that of the next")

    def build(self, incoming: Incoming) -> Step:
        """Take poses whose rate is known; give float32 frames.

        Raises:
            ConfigError: something else comes in, or windows leave gaps between them.
        """
        spec = incoming.spec.require(self.name, "poses")
        if not spec.rate:
            raise ConfigError(f"{self.name} needs poses whose rate is known", "read them with video.poses")
        out = Spec("frames", "float32", WIDTH, rate=spec.rate, streamable=False)
        if self.window is None:
            return Step.of_positions(out, partial(_frames, rate=spec.rate))
        if self.stride > self.window:
            raise ConfigError(
                f"windows of {self.window:g} s every {self.stride:g} s leave gaps between them",
                "make `stride` no longer than `window`",
            )
        length, stride = (max(round(seconds * spec.rate), 1) for seconds in (self.window, self.stride))
        spans = Spec("spans", "int64", 2, rate=spec.rate)
        return _Windows(
            out.replace(streamable=spec.streamable, windowed=True, columns={"spans": spans}), length, stride
        )


def _frames(batch: Batch, rate: float) -> Ragged:
    return pose_features([_poses(record) for record in batch.records], rate)


@dataclass(frozen=True, eq=False, slots=True)
class _Seen:
    """What is remembered of a capture between its pieces.

    Attributes:
        poses: the last ones: from the beginning of the last window on.
        first: the number of the first of them.
        windows: how many have been given.
        covered: how many frames their spans have covered.
    """

    poses: Poses
    first: int = 0
    windows: int = 0
    covered: int = 0


@dataclass(frozen=True, eq=False, slots=True)
class _Window:
    """Some poses, the number of the first one, and the frames that the window stands for."""

    poses: Poses
    first: int
    begin: int
    end: int

    @property
    def spans(self) -> npt.NDArray[np.int64]:
        """Where each of its frames lies in the capture, within what the window stands for."""
        frames = self.first + np.arange(len(self.poses))
        return np.clip(np.stack([frames, frames + 1], axis=1), self.begin, self.end)


class _Windows(Step):
    def __init__(self, spec: Spec, length: int, stride: int) -> None:
        self.spec = spec
        self.length = length
        self.stride = stride
        self.remembers = list[Annotated[_Seen, partial(_check, stride=stride)]]

    def __call__(self, batch: Batch, state: State = None) -> tuple[Batch, State]:
        before = state or [_Seen(_poses(record)[:0]) for record in batch.records]
        windows: list[_Window] = []
        rows: list[int] = []
        after = []
        for row, (record, seen) in enumerate(zip(batch.records, before, strict=True)):
            given, left = self._cut(_joined(seen, record), final=batch.final)
            windows += given
            rows += [row] * len(given)
            after.append(left)
        frames = pose_features([window.poses for window in windows], self.spec.rate or 1.0)
        spans = Ragged.of([window.spans for window in windows], np.int64, 2)
        out = batch.replace(sequence=frames, columns={"spans": spans}, rows=batch.rows[rows], final=True)
        return out, None if batch.final else after

    def _cut(self, seen: _Seen, *, final: bool) -> tuple[list[_Window], _Seen]:
        """Return the windows that can be given now, and what is left."""
        windows = []
        number, covered = seen.windows, seen.covered
        total = seen.first + len(seen.poses)
        while number * self.stride + self.length <= total:
            begin = number * self.stride
            end = begin + (self.length + self.stride) // 2
            poses = seen.poses[begin - seen.first : begin - seen.first + self.length]
            windows.append(_Window(poses, begin, covered, end))
            number, covered = number + 1, end
        if final and covered < total:
            begin = max(total - self.length, 0)
            windows.append(_Window(seen.poses[begin - seen.first :], begin, covered, total))
        first = max((number - 1) * self.stride, seen.first)
        return windows, _Seen(seen.poses[first - seen.first :].copy(), first, number, covered)


def _check(seen: _Seen, stride: int) -> None:
    """Check what need not be what was remembered.

    Raises:
        ValueError: its numbers do not belong together.
    """
    if seen.windows < 0 or seen.covered < 0 or seen.first != max((seen.windows - 1) * stride, 0):
        raise ValueError("poses do not begin where the last window did")


def _joined(seen: _Seen, record: Record) -> _Seen:
    """Return what is remembered with the poses of a piece after it.

    Raises:
        RecordError: some poses are in space, others in an image.
    """
    poses = _poses(record)
    if poses.shape[2] != seen.poses.shape[2]:
        raise RecordError("some poses are in space, others in an image", "keep one kind", record.location)
    joined = np.concatenate([seen.poses, poses]) if len(seen.poses) else poses
    return _Seen(joined, seen.first, seen.windows, seen.covered)


def _poses(record: Record) -> Poses:
    poses = record.payload
    if not (
        isinstance(poses, np.ndarray)
        and poses.dtype == np.float32
        and poses.ndim == 3
        and poses.shape[1:] in {(len(JOINTS), 2), (len(JOINTS), 3)}
    ):
        array = f"array of {poses.dtype}, shape {poses.shape}" if isinstance(poses, np.ndarray) else ""
        raise RecordError(
            f"{array or type(poses).__name__} where poses are needed",
            f"read poses, or give an array of float32, shape (frames, {len(JOINTS)}, 2 or 3)",
            record.location,
        )
    return poses
