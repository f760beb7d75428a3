"""Poses at another rate: on a straight line between frames, whole or in pieces."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import seqpipe
from seqpipe_video.poses.clip import Block
from seqpipe_video.poses.time_grid import in_pieces, resampled

WHERE = seqpipe.Location("film")


def poses_of(count, seed=0):
    return np.random.default_rng(seed).normal(0, 1, (count, 13, 2)).astype(np.float32)


def blocks(times, poses, cuts):
    borders = [0, *sorted(min(cut, len(times)) for cut in cuts), len(times)]
    return (Block(times[a:b], poses[a:b]) for a, b in pairwise(borders))


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 40), st.lists(st.integers(0, 40), max_size=4), st.floats(5, 60), st.integers(0, 99))
def test_every_coordinate_is_interpolated(count, cuts, rate, seed):
    times = np.cumsum(np.random.default_rng(seed).uniform(0.01, 0.1, count))
    poses = poses_of(count, seed)
    ((found, last),) = in_pieces(blocks(times, poses, cuts), rate, None, 100, WHERE)
    grid = np.minimum(times[0] + np.arange(len(found)) / rate, times[-1])
    assert last
    assert len(found) == int((times[-1] - times[0]) * rate + 0.01) + 1
    for joint in range(13):
        for axis in range(2):
            wanted = np.interp(grid, times, poses[:, joint, axis])
            assert found[:, joint, axis] == pytest.approx(wanted, abs=1e-4)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 60), st.lists(st.integers(0, 60), max_size=4), st.floats(0.05, 1.0))
def test_pieces_are_the_whole(count, cuts, piece):
    times, poses = np.arange(count) / 25, poses_of(count)
    ((whole, _),) = in_pieces(blocks(times, poses, []), 30.0, None, 100, WHERE)
    pieces = list(in_pieces(blocks(times, poses, cuts), 30.0, piece, 100, WHERE))
    assert (np.concatenate([part for part, _ in pieces]) == whole).all()
    assert [last for _, last in pieces] == [False] * (len(pieces) - 1) + [True]
    assert {len(part) for part, _ in pieces[:-1]} <= {max(round(piece * 30), 1)}


def test_a_missing_joint_is_taken_from_the_nearer_frame():
    poses = poses_of(3)
    poses[1, 4] = np.nan
    found = resampled(poses, 1.0, 4.0)
    assert np.flatnonzero(np.isnan(found).any(axis=(1, 2))).tolist() == [2, 3, 4, 5]
    assert (found[1, 4] == poses[0, 4]).all()
    assert (found[6, 4] == poses[2, 4]).all()


def test_what_is_too_long_is_refused():
    with pytest.raises(seqpipe.RecordError, match="longer than 2 s"):
        list(in_pieces(blocks(np.arange(90) / 30, poses_of(90), []), 30.0, None, 2.0, WHERE))
    assert list(in_pieces(blocks(np.arange(90) / 30, poses_of(90), []), 30.0, 1.0, 2.0, WHERE))
    far = blocks(np.array([0.0, 1e9]), poses_of(2), [])
    with pytest.raises(seqpipe.RecordError, match="no frame for 1e\\+09 s"):
        list(in_pieces(far, 30.0, None, 3600, WHERE))
