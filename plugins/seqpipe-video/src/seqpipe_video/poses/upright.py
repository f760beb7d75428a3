"""Which way is up in poses in space, and whether left is left."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from seqpipe_video.poses.pose_features import heading_of
from seqpipe_video.poses.skeleton import (
    HEAD,
    LEFT_ANKLE,
    LEFT_HIP,
    LEFT_KNEE,
    RIGHT_ANKLE,
    RIGHT_HIP,
    RIGHT_KNEE,
    Poses,
)

_ENOUGH = slice(0, 300, 5)
"""The frames that are looked at."""

Turn = npt.NDArray[np.float32]


def upright(poses: Poses) -> Poses:
    """Return poses with y down, by where heads are and where feet; those in images are left as they are."""
    return poses if poses.shape[2] == 2 else poses @ turn_of(poses)


def turn_of(poses: Poses) -> Turn:
    """Return the matrix (3, 3) that turns rows so that y points down.

    The axis of the source, forwards or backwards, along which heads are farthest from feet is up. Knees bend forwards:
    where they do not, the source's axes are left-handed, and the matrix mirrors them. A source whose person lies all
    the time is turned wrongly.
    """
    sample = poses[_ENOUGH]
    feet = (sample[:, LEFT_ANKLE] + sample[:, RIGHT_ANKLE]) / 2
    hips = (sample[:, LEFT_HIP] + sample[:, RIGHT_HIP]) / 2
    rise = _mean(np.where(np.isnan(sample[:, HEAD]), hips, sample[:, HEAD]) - np.where(np.isnan(feet), hips, feet))
    axis = int(np.argmax(np.abs(rise)))
    down = np.float32(1.0 if rise[axis] < 0 else -1.0)
    turn = np.zeros((3, 3), np.float32)
    turn[axis, 1] = down
    turn[(axis + 1) % 3, 2] = 1.0  # with the next line the determinant is 1
    turn[(axis + 2) % 3, 0] = down
    turned = sample @ turn
    knees = (
        turned[:, LEFT_KNEE]
        + turned[:, RIGHT_KNEE]
        - (turned[:, LEFT_HIP] + turned[:, RIGHT_HIP] + turned[:, LEFT_ANKLE] + turned[:, RIGHT_ANKLE]) / 2
    )
    forward = _mean((knees[:, [0, 2]] * heading_of(turned)).sum(axis=1, keepdims=True))[0]
    if forward < 0:
        turn[:, 0] *= -1
    return turn


def _mean(values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return the mean of rows that have no NaN: shape (columns,); 0 if there are none."""
    whole = values[~np.isnan(values).any(axis=1)]
    return np.asarray(whole.mean(axis=0) if len(whole) else np.zeros(values.shape[1]), np.float32)
