"""Augmentations of poses: what they keep, and against the formulas that they stand for."""

import math

import numpy as np
import pytest

import seqpipe
from seqpipe_video.poses.augmentations import Camera, Excerpt, Hide, Mirror, Physique, Style, Tempo, Tilt
from seqpipe_video.poses.skeleton import JOINTS
from seqpipe_video.stick_figure import stick_figure

SPACE = stick_figure("walk", 2.0)
IMAGE = np.ascontiguousarray(SPACE[:, :, :2])


def applied(augmentation, poses, seed=0):
    return augmentation.apply(seqpipe.Record("1", poses, target="walk"), np.random.default_rng(seed)).payload


def test_a_camera_far_away_and_level_sees_a_parallel_projection():
    camera = Camera(share=0.999, elevation=(0, 0), distance=(1e5, 1e5), follow=1.0)
    for seed in range(5):
        seen = applied(camera, SPACE, seed)
        relative = SPACE - SPACE[:, 7:9].mean(axis=1, keepdims=True)
        assert seen.shape == IMAGE.shape
        assert seen[:, :, 1] == pytest.approx(relative[:, :, 1], abs=1e-3)
        depth = np.sqrt(np.maximum((relative[:, :, [0, 2]] ** 2).sum(axis=2) - seen[:, :, 0] ** 2, 0))
        ground = relative[:, :, [0, 2]].reshape(-1, 2)
        direction = np.linalg.lstsq(ground, seen[:, :, 0].ravel(), rcond=None)[0]
        assert np.linalg.norm(direction) == pytest.approx(1, abs=1e-3)
        assert np.isfinite(depth).all()


def test_a_camera_above_sees_what_is_behind_higher_and_what_is_near_larger():
    body = np.zeros((1, 13, 3), np.float32)
    body[0, :, 1] = np.linspace(-0.8, 0.8, 13)
    body[0, 7:9, 1] = 0
    body[0, 7, 2], body[0, 8, 2] = 1.0, -1.0  # one hip away from a camera, one towards it, or from the other side
    seen = [
        applied(Camera(share=0.999, elevation=(30, 30), distance=(4, 4), follow=1.0), body, seed)[0]
        for seed in range(9)
    ]
    for pose in seen:
        left, right = pose[7], pose[8]
        assert math.hypot(*left) != pytest.approx(math.hypot(*right), rel=1e-3)  # perspective
        higher, lower = (left, right) if left[1] < right[1] else (right, left)
        assert math.hypot(*higher) < math.hypot(*lower)  # what is higher is farther, and smaller


def test_a_camera_leaves_images_alone():
    assert applied(Camera(share=0.999), IMAGE) is IMAGE


def test_a_mirror_twice_is_none():
    mirror = Mirror(share=0.999)
    once = applied(mirror, SPACE)
    assert (once[:, JOINTS.index("left_knee"), 0] == -SPACE[:, JOINTS.index("right_knee"), 0]).all()
    assert (applied(mirror, once) == SPACE).all()


def test_a_tilt_keeps_lengths():
    tilted = applied(Tilt(width=(1, 1)), IMAGE)
    assert np.linalg.norm(tilted, axis=2) == pytest.approx(np.linalg.norm(IMAGE, axis=2), abs=1e-4)
    assert not np.allclose(tilted, IMAGE)


def test_a_tempo_changes_how_long_it_takes():
    fast = applied(Tempo(factor=(2, 2)), IMAGE)
    assert fast == pytest.approx(IMAGE[::2], abs=1e-5)


def test_a_style_has_larger_movements_around_another_posture():
    pelvis = SPACE[:, 7:9].mean(axis=1, keepdims=True)
    styled = applied(Style(posture=0.1, vigour=(2, 2), arms=(0.5, 0.5), tempo=(1, 1)), SPACE)
    path = 2 * (pelvis - pelvis[:1])
    held = (styled - pelvis[:1] - path).mean(axis=0)
    factor = np.full((13, 1), 2.0)
    factor[3:7] = 1.0  # the arms
    relative = SPACE - pelvis
    assert styled == pytest.approx(pelvis[:1] + path + held + factor * (relative - relative.mean(axis=0)), abs=1e-4)
    assert 0.02 < np.abs(held - relative.mean(axis=0)).mean() < 0.3
    assert applied(Style(), IMAGE) is IMAGE


def test_an_excerpt_is_a_part():
    part = applied(Excerpt(frames=(20, 20)), IMAGE)
    begin = next(begin for begin in range(len(IMAGE)) if (IMAGE[begin] == part[0]).all())
    assert (part == IMAGE[begin : begin + 20]).all()
    assert len(applied(Excerpt(frames=(200, 200)), IMAGE)) == len(IMAGE)


def test_a_physique_moves_joints_a_little():
    moved = applied(Physique(shift=0.03, noise=0, stretch=0), SPACE) - SPACE
    assert 0.005 < np.abs(moved).mean() < 0.06
    assert moved.std(axis=0).max() < 1e-5  # the same in every frame


def test_hidden_joints_are_missing():
    hidden = np.isnan(applied(Hide(share=0.999, most=3), SPACE)).all(axis=2)
    assert 0 < hidden.any(axis=0).sum() <= 3


@pytest.mark.parametrize("augmentation", [Camera(), Mirror(), Tilt(), Tempo(), Excerpt(), Physique(), Hide(), Style()])
def test_joints_that_are_not_seen_stay_so(augmentation):
    poses = SPACE.copy()
    poses[:, 3] = np.nan
    for seed in range(5):
        out = applied(augmentation, poses, seed)
        missing = np.isnan(out).any(axis=(0, 2))
        assert missing[3] or missing[4]
        assert out.dtype == np.float32
