"""What a network gets to know of a pose: joints and how they move, whoever and wherever the person is."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from seqpipe_video.poses.completion import completed, pelvis_of
from seqpipe_video.poses.skeleton import (
    BONES,
    JOINTS,
    LEFT_HIP,
    LEFT_SHOULDER,
    NEUTRAL,
    RIGHT_HIP,
    RIGHT_SHOULDER,
    Poses,
)

Features = npt.NDArray[np.float32]

_PAIRS = np.array([(0, 5), (0, 6), (5, 6), (11, 12), (9, 10), (1, 5), (2, 6), (7, 11), (8, 12), (5, 7), (6, 8)])
"""Joints whose distance says much from any side: of wrists and head, of the feet, along bent limbs."""

WIDTH = 4 * len(JOINTS) + 2 + len(_PAIRS) + len(JOINTS)
"""Places and speeds of the joints, the speed of the pelvis, distances, and which joints are not seen."""

_NEUTRAL_LENGTHS = np.linalg.norm(NEUTRAL[BONES[:, 0]] - NEUTRAL[BONES[:, 1]], axis=1)
_LONG = 0.9
"""The share of a bone's lengths in an image that lie below its own: it is longest where it lies across the view."""


def pose_features(poses: Poses, rate: float) -> Features:
    """Return a vector a frame: shape (frames, `WIDTH`).

    Joints are relative to the pelvis, and in units in which the person is as long as `NEUTRAL`, in metres; speeds are in
    the same units a second. Poses in space are seen from the side, so that the person looks along x.

    Args:
        poses: shape (frames, 13, 2) or (frames, 13, 3); NaN where a joint is not seen.
        rate: frames a second.
    """
    whole, seen = completed(poses)
    pelvis = pelvis_of(whole)
    relative = whole - pelvis[:, None]
    moved = _changes(pelvis, rate)
    size = size_of(relative)
    if poses.shape[2] > 2:
        forward = _heading(relative)
        relative = _from_the_side(relative, forward)
        moved = _from_the_side(moved[:, None], forward)[:, 0]
    relative = relative / size
    distances = np.sqrt(((relative[:, _PAIRS[:, 0]] - relative[:, _PAIRS[:, 1]]) ** 2).sum(axis=2))
    frames = len(poses)
    parts = [relative, _changes(relative, rate), moved / size, distances, ~seen]
    return np.concatenate([part.reshape(frames, -1) for part in parts], axis=1, dtype=np.float32)


def size_of(poses: Poses) -> np.float32:
    """Return how many times as large as `NEUTRAL` somebody is: the median over bones, each at its longest."""
    if not len(poses):
        return np.float32(1.0)
    lengths = np.sqrt(((poses[:, BONES[:, 0]] - poses[:, BONES[:, 1]]) ** 2).sum(axis=2))
    place = int(_LONG * (len(poses) - 1))
    longest = np.partition(lengths, place, axis=0)[place]
    return np.float32(max(np.median(longest / _NEUTRAL_LENGTHS), 1e-6))


def _heading(poses: Poses) -> npt.NDArray[np.float32]:
    """Return the direction that somebody looks in, along the ground (x, z), of length 1: shape (frames, 2)."""
    left = poses[:, LEFT_HIP] - poses[:, RIGHT_HIP] + poses[:, LEFT_SHOULDER] - poses[:, RIGHT_SHOULDER]
    forward = np.stack([left[:, 2], -left[:, 0]], axis=1)
    length = np.sqrt((forward**2).sum(axis=1, keepdims=True))
    return np.where(length > 0, forward / np.maximum(length, 1e-12), np.array([1.0, 0.0], np.float32))


def _from_the_side(points: Poses, forward: npt.NDArray[np.float32]) -> Poses:
    """Return points (frames, n, 3) as they are seen from the side: shape (frames, n, 2)."""
    along = points[:, :, 0] * forward[:, None, 0] + points[:, :, 2] * forward[:, None, 1]
    return np.stack([along, points[:, :, 1]], axis=2)


def _changes(values: npt.NDArray[np.float32], rate: float) -> npt.NDArray[np.float32]:
    """Return how fast values change, a second: half the difference of the next and the last frame."""
    if len(values) < 2:
        return np.zeros_like(values)
    padded = np.concatenate([values[:1], values, values[-1:]])
    changes: npt.NDArray[np.float32] = (padded[2:] - padded[:-2]) * np.float32(rate / 2)
    return changes
