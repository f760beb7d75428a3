"""What a network gets to know of a pose: joints and how they move, whoever and wherever the person is."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from seqpipe import Ragged, offsets_of
from seqpipe_video.poses.completion import completed, pelvis_of
from seqpipe_video.poses.gait import GAIT, gait
from seqpipe_video.poses.skeleton import (
    BONES,
    JOINTS,
    LEFT_ANKLE,
    LEFT_HIP,
    LEFT_SHOULDER,
    NEUTRAL,
    RIGHT_ANKLE,
    RIGHT_HIP,
    RIGHT_SHOULDER,
    Poses,
)

Float32 = npt.NDArray[np.float32]
Offsets = npt.NDArray[np.int64]

_PAIRS = np.array([(0, 5), (0, 6), (5, 6), (11, 12), (9, 10), (1, 5), (2, 6), (7, 11), (8, 12), (5, 7), (6, 8)])
"""Joints whose distance says much from any side: of wrists and head, of the feet, along bent limbs."""

WIDTH = 4 * len(JOINTS) + 2 + GAIT + len(_PAIRS) + len(JOINTS)
"""Places and speeds of the joints, how the pelvis moves, the gait, distances, and which joints are not seen."""

_SCALE = np.concatenate(
    [
        np.full(2 * len(JOINTS), 3.0),
        np.full(2 * len(JOINTS), 0.5),
        [1.0, 1.0],
        [20.0, 10.0, 5.0, 5.0, 1.0],
        np.full(len(_PAIRS), 3.0),
        np.ones(len(JOINTS)),
    ]
).astype(np.float32)
"""Makes all of them numbers of about one, as networks want them."""

_LONG = 0.9
"""The share of a bone's lengths in an image that lie below its own: it is longest where it lies across the view."""


def pose_features(people: Sequence[Poses], rate: float) -> Ragged:
    """Return a vector a frame for each of some people: rows of shape (frames, `WIDTH`).

    Joints are relative to the pelvis, and in units in which the person is as large as `NEUTRAL`, in metres; speeds are
    in the same units a second. Poses in space are seen from the side, so that the person looks along x. How fast
    somebody gets ahead is taken out: cameras follow, treadmills stand still, and some run more slowly than others walk.

    Args:
        people: the poses of each, shape (frames, 13, 2) or (frames, 13, 3); NaN where a joint is not seen.
        rate: frames a second.
    """
    offsets = offsets_of([len(poses) for poses in people])
    if not offsets[-1]:
        return Ragged(np.empty((0, WIDTH), np.float32), offsets)
    joints = np.empty((int(offsets[-1]), len(JOINTS), 2), np.float32)
    travel = np.empty((int(offsets[-1]), 2 + GAIT), np.float32)
    unseen = np.empty((int(offsets[-1]), len(JOINTS)), np.float32)
    wholes = []
    for poses, begin, end in zip(people, offsets[:-1], offsets[1:], strict=True):
        whole, seen = completed(poses)
        unseen[begin:end] = ~seen
        wholes.append(whole)
    for axes in (2, 3):
        chosen = [index for index, poses in enumerate(people) if poses.shape[2] == axes and len(poses)]
        if chosen:
            rows = np.concatenate([np.arange(offsets[index], offsets[index + 1]) for index in chosen])
            joints[rows], travel[rows] = _standard_view([wholes[index] for index in chosen], rate)
    distances = _lengths(joints[:, _PAIRS[:, 0]] - joints[:, _PAIRS[:, 1]])
    parts = [joints, _speeds(joints, offsets, rate), travel, distances, unseen]
    return Ragged(np.concatenate([part.reshape(len(joints), -1) for part in parts], axis=1) * _SCALE, offsets)


def _standard_view(people: Sequence[Poses], rate: float) -> tuple[Float32, Float32]:
    """Return joints from the pelvis, (frames, 13, 2), how that moves, and the gait, (frames, 7), in standard units."""
    offsets = offsets_of([len(poses) for poses in people])
    poses = np.concatenate(people)
    pelvis = pelvis_of(poses)
    relative = poses - pelvis[:, None]
    travel = _speeds(pelvis, offsets, rate)
    sizes = [size_of(relative[begin:end]) for begin, end in pairwise(offsets.tolist())]
    if poses.shape[2] == 3:
        forward = heading_of(relative)
        travel = _from_the_side(travel, forward)
    travel[:, 0] -= np.repeat(_row_means(travel[:, 0], offsets), np.diff(offsets))
    size = np.repeat(np.array(sizes, np.float32), np.diff(offsets))[:, None]
    apart = (_lengths(relative[:, LEFT_ANKLE] - relative[:, RIGHT_ANKLE]) / size[:, 0]).astype(np.float32)
    heights = (np.concatenate([pelvis[:, 1:2], poses[:, [LEFT_ANKLE, RIGHT_ANKLE], 1]], axis=1) / -size).astype(
        np.float32
    )
    gaits = [
        gait(heights[begin:end, 0], heights[begin:end, 1:], apart[begin:end], rate)
        for begin, end in pairwise(offsets.tolist())
    ]
    if poses.shape[2] == 3:
        relative = _from_the_side(relative, forward[:, None])
    return relative / size[:, None], np.concatenate([travel / size, np.concatenate(gaits)], axis=1)


def _row_means(values: Float32, offsets: Offsets) -> Float32:
    """Return the mean of each person's values: shape (people,)."""
    means = [values[begin:end].mean(dtype=np.float64) for begin, end in pairwise(offsets.tolist())]
    return np.array(means, np.float32)


def size_of(poses: Poses) -> np.float32:
    """Return how many times as large as `NEUTRAL` somebody is: the median over bones, each at its longest."""
    if not len(poses):
        return np.float32(1.0)
    lengths = _lengths(poses[:, BONES[:, 0]] - poses[:, BONES[:, 1]])
    place = int(_LONG * (len(poses) - 1))
    longest = np.partition(lengths, place, axis=0)[place]
    return np.float32(max(float(np.median(longest / _NEUTRAL_LENGTHS)), 1e-6))


def _lengths(vectors: Float32) -> Float32:
    """Return the lengths of vectors that lie along the last axis."""
    squares: Float32 = vectors[..., 0] * vectors[..., 0]
    for axis in range(1, vectors.shape[-1]):
        squares = squares + vectors[..., axis] * vectors[..., axis]
    lengths: Float32 = np.sqrt(squares)
    return lengths


_NEUTRAL_LENGTHS = _lengths(NEUTRAL[BONES[:, 0]] - NEUTRAL[BONES[:, 1]])


def heading_of(poses: Poses) -> Float32:
    """Return the direction that somebody looks in, along the ground (x, z), of length 1: shape (frames, 2)."""
    left = poses[:, LEFT_HIP] - poses[:, RIGHT_HIP] + poses[:, LEFT_SHOULDER] - poses[:, RIGHT_SHOULDER]
    forward = np.stack([left[:, 2], -left[:, 0]], axis=1)
    length = _lengths(forward)[:, None]
    return np.where(length > 0, forward / np.maximum(length, np.float32(1e-12)), np.array([1, 0], np.float32))


def _from_the_side(points: Poses, forward: Float32) -> Poses:
    """Return points (..., 3) as they are seen from the side: shape (..., 2)."""
    along = points[..., 0] * forward[..., 0] + points[..., 2] * forward[..., 1]
    return np.stack([along, points[..., 1]], axis=-1)


def _speeds(values: Float32, offsets: Offsets, rate: float) -> Float32:
    """Return how fast values change, a second: half the difference of the next and the last frame of a person."""
    rows = np.arange(len(values))
    lengths = np.diff(offsets)
    before = np.maximum(rows - 1, np.repeat(offsets[:-1], lengths))
    after = np.minimum(rows + 1, np.repeat(offsets[1:] - 1, lengths))
    speeds: Float32 = (values[after] - values[before]) * np.float32(rate / 2)
    return speeds
