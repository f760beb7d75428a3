"""Which way is up in poses in space."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from seqpipe_video.poses.skeleton import HEAD, LEFT_ANKLE, LEFT_HIP, RIGHT_ANKLE, RIGHT_HIP, Poses

_ENOUGH = 300
"""Frames that are looked at."""

Turn = npt.NDArray[np.float32]


def upright(poses: Poses) -> Poses:
    """Return poses with y down, by where heads are and where feet; those in images are left as they are."""
    return poses if poses.shape[2] == 2 else poses @ turn_of(poses)


def turn_of(poses: Poses) -> Turn:
    """Return the matrix (3, 3) that turns rows so that y points down, without mirroring them.

    The axis of the source, forwards or backwards, along which heads are farthest from feet is up. A source whose
    person lies all the time is turned wrongly.
    """
    sample = poses[:_ENOUGH]
    low = np.where(np.isnan(sample[:, LEFT_ANKLE]), sample[:, LEFT_HIP], sample[:, LEFT_ANKLE])
    other = np.where(np.isnan(sample[:, RIGHT_ANKLE]), sample[:, RIGHT_HIP], sample[:, RIGHT_ANKLE])
    rise = sample[:, HEAD] - (low + other) / 2
    rise = rise[~np.isnan(rise).any(axis=1)]
    turn = np.zeros((3, 3), np.float32)
    mean = rise.mean(axis=0) if len(rise) else np.array([0.0, -1.0, 0.0])
    axis = int(np.argmax(np.abs(mean)))
    down = -float(np.sign(mean[axis])) or 1.0
    turn[axis, 1] = down
    first, second = ((axis + 1) % 3, (axis + 2) % 3)
    # y down, then the others in an order and with a sign that make the determinant 1: (axis, first, second) is even
    turn[first, 2] = 1.0
    turn[second, 0] = down
    return turn
