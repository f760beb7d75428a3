"""A stream of frames in pieces of one length."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from seqpipe import Location, RecordError
from seqpipe_video.frames.video_files import Frame, Frames


def in_pieces(frames: Iterable[Frame], size: int, where: Location) -> Iterator[tuple[Frames, bool]]:
    """Yield ``size`` frames as soon as they are there, each piece with whether it is the last.

    The last piece has the frames that are left, perhaps none: waiting to see whether any follow would delay a live
    stream.

    Raises:
        RecordError: there are fewer than two frames.
    """
    held: list[Frame] = []
    total = 0
    shape = (0, 0)
    for frame in frames:
        held.append(frame)
        total += 1
        shape = frame.shape
        if len(held) == size and total > 1:
            yield np.stack(held), False
            held = []
    check_count(total, where)
    yield np.stack(held) if held else np.empty((0, *shape), np.uint8), True


def check_count(count: int, where: Location) -> None:
    """Raise a `RecordError` for so few frames that nothing moves."""
    if count < 2:
        raise RecordError("a single frame, in which nothing moves" if count else "no frames", "leave it out", where)
