"""Joints that are not seen, filled in."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from seqpipe_video.poses.skeleton import LEFT_HIP, NEUTRAL, RIGHT_HIP, Poses

Seen = npt.NDArray[np.bool_]


def completed(poses: Poses) -> tuple[Poses, Seen]:
    """Return poses without gaps, and which joints were seen: shape (frames, 13).

    A gap is bridged by a straight line in time; before a joint is first seen it is where it appears, after it was last
    seen it stays. A joint that is never seen stands to the others as it does in somebody who stands.
    """
    seen: Seen = ~np.asarray(np.isnan(poses).any(axis=2))
    if seen.all():
        return poses, seen
    whole = poses.copy()
    time = np.arange(len(poses))
    ever: Seen = np.asarray(seen.any(axis=0))
    for joint in np.flatnonzero(ever & ~seen.all(axis=0)):
        at = np.flatnonzero(seen[:, joint])
        for axis in range(poses.shape[2]):
            whole[:, joint, axis] = np.interp(time, at, poses[at, joint, axis])
    if not ever.all():
        _place_unseen(whole, ever)
    return whole, seen


def _place_unseen(poses: Poses, ever: Seen) -> None:
    """Put joints that are never seen where they are in the neutral pose, moved and scaled to those that are seen."""
    neutral = NEUTRAL[:, : poses.shape[2]]
    if not ever.any():
        poses[:] = neutral
        return
    known = np.flatnonzero(ever)
    anchor = poses[:, known].mean(axis=1)
    spread = np.sqrt(((poses[:, known] - anchor[:, None]) ** 2).sum(axis=2)).mean()
    neutral_anchor = neutral[known].mean(axis=0)
    neutral_spread = np.sqrt(((neutral[known] - neutral_anchor) ** 2).sum(axis=1)).mean()
    scale = spread / neutral_spread if neutral_spread > 0 and spread > 0 else 1.0
    for joint in np.flatnonzero(~ever):
        poses[:, joint] = anchor + scale * (neutral[joint] - neutral_anchor)


def pelvis_of(poses: Poses) -> Poses:
    """Return the middle between the hips: shape (frames, 2) or (frames, 3)."""
    middle: Poses = (poses[:, LEFT_HIP] + poses[:, RIGHT_HIP]) * np.float32(0.5)
    return middle
