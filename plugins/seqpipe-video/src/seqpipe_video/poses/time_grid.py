"""Poses at another rate, by time stamps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from seqpipe import Location, RecordError
from seqpipe_video.poses.clip import Block
from seqpipe_video.poses.skeleton import Poses

_NEARLY = 0.01
"""The share of a frame that the last one may be late: rates in files are rounded."""

_ROUNDING = 1e-6
"""The share of a frame by which floating-point numbers may be wrong."""

_MOST = 4096
"""Frames that are made at a time."""

_LONGEST_GAP = 60.0
"""Seconds from a frame to the next."""


def resampled(poses: Poses, rate: float, wanted: float) -> Poses:
    """Return poses at the wanted rate: between two frames on a straight line, from the first frame to the last.

    A joint that is missing in one of the two is taken from the nearer one.
    """
    if rate == wanted or len(poses) < 2:
        return poses
    count = int((len(poses) - 1) * wanted / rate + _NEARLY) + 1
    return at_places(poses, np.arange(count, dtype=np.float64) * (rate / wanted))


def at_places(poses: Poses, places: npt.NDArray[np.float64]) -> Poses:
    """Return poses between frames: ``places`` are their numbers, from 0 to the last, with fractions."""
    before = np.minimum(places.astype(np.int64), len(poses) - 1)
    if (before == places).all():
        return poses[before]
    after = np.minimum(before + 1, len(poses) - 1)
    share = (places - before).astype(np.float32)[:, None, None]
    first, second = poses[before], poses[after]
    between = first + (second - first) * share
    nearer = np.where(share < 0.5, first, second)
    return np.where(np.isnan(between), nearer, between).astype(np.float32)


def in_pieces(
    blocks: Iterable[Block], rate: float, piece: float | None, longest: float, where: Location
) -> Iterator[tuple[Poses, bool]]:
    """Yield poses at a rate, whole or in pieces, each with whether it is the last one.

    Args:
        blocks: the frames, with their times.
        rate: frames a second that are wanted.
        piece: seconds of a piece; None: whole.
        longest: seconds that a whole may have.
        where: named in errors.

    Raises:
        RecordError: there is no frame, times go back, or there is more than may come whole.
    """
    size = None if piece is None else max(round(piece * rate), 1)
    held: list[Poses] = []
    count = total = 0
    for poses in _at_rate(blocks, rate, where):
        held.append(poses)
        count += len(poses)
        total += len(poses)
        if size is None and total > longest * rate:
            raise RecordError(f"longer than {longest:g} s", "cut it, raise `longest`, or read it in pieces", where)
        while size is not None and count > size:  # the last piece is never empty
            joined = np.concatenate(held)
            held, count = [joined[size:]], count - size
            yield joined[:size], False
    if not total:
        raise RecordError("no frames", "leave it out", where)
    yield np.concatenate(held), True


def _at_rate(blocks: Iterable[Block], rate: float, where: Location) -> Iterator[Poses]:
    """Yield poses on a grid of times that begins at the first frame."""
    last: Block | None = None
    begin = 0.0
    given = seen = 0
    for block in blocks:
        if not len(block.times):
            continue
        both = (
            block
            if last is None
            else Block(np.append(last.times, block.times), np.append(last.poses, block.poses, axis=0))
        )
        steps = np.diff(both.times)
        if (steps <= 0).any():
            frame = seen + int(np.argmax(steps <= 0)) + (1 if last is not None else 2)
            raise RecordError(f"the time of frame {frame} is not after that of the one before", _ADVICE, where)
        if len(steps) and steps.max() > _LONGEST_GAP:
            what = f"no frame for {steps.max():g} s"
            raise RecordError(what, "cut the file there, or correct its times", where)
        if last is None:
            begin = float(both.times[0])
        ends = int((both.times[-1] - begin) * rate + _ROUNDING) + 1
        for first in range(given, ends, _MOST):
            wanted = begin + np.arange(first, min(first + _MOST, ends)) / rate
            yield at_places(both.poses, np.interp(wanted, both.times, np.arange(len(both.times))))
        given, seen = ends, seen + len(block.times)
        last = Block(both.times[-1:], both.poses[-1:])
    if last is not None and int((last.times[0] - begin) * rate + _NEARLY) + 1 > given:
        yield last.poses


_ADVICE = "sort the frames by time, or cut the file where the clock was set back"
