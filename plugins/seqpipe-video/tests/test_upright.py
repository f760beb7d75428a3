"""Poses in space stand upright and look forwards, whichever axes the source has."""

from itertools import permutations, product

import numpy as np
import pytest

from seqpipe_video.poses.pose_features import pose_features
from seqpipe_video.poses.upright import turn_of, upright
from seqpipe_video.stick_figure import stick_figure

AXES = [(order, signs) for order in permutations(range(3)) for signs in product((1, -1), repeat=3)]


@pytest.mark.parametrize("action", ["walk", "run"])
@pytest.mark.parametrize(("order", "signs"), AXES)
def test_whichever_axes_the_source_has(order, signs, action):
    poses = stick_figure(action, 1.0)
    source = poses[:, :, order] * np.array(signs, np.float32)  # of all 48, half are left-handed
    found = upright(source)
    assert found[:, :, 1] == pytest.approx(poses[:, :, 1], abs=1e-5)
    assert np.asarray(pose_features([found], 30.0)[0]) == pytest.approx(pose_features([poses], 30.0)[0], abs=1e-3)


def test_unseen_joints_do_not_matter():
    poses = stick_figure("run", 1.0)
    poses[::2, 11] = np.nan
    poses[:, 0] = np.nan
    assert (turn_of(poses) == np.eye(3)).all()
    assert abs(np.linalg.det(turn_of(np.full_like(poses, np.nan)))) == 1


def test_images_are_left_as_they_are():
    poses = stick_figure("run", 1.0)[:, :, :2]
    assert upright(poses) is poses
