"""Frames of a skeleton: against a naive twin; the same wherever, however large and from wherever somebody is seen."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import seqpipe
from seqpipe_video.poses.completion import completed
from seqpipe_video.poses.pose_features import WIDTH, pose_features, size_of
from seqpipe_video.poses.pose_reader import ReadPoses
from seqpipe_video.poses.skeleton import BONES, JOINTS, MIRRORED, NEUTRAL
from seqpipe_video.poses.skeleton_frames import SkeletonFrames
from seqpipe_video.stick_figure import STICKS, stick_figure

SPACE = stick_figure("run", 1.3)
IMAGE = np.ascontiguousarray(SPACE[:, :, :2])
PAIRS = [(0, 5), (0, 6), (5, 6), (11, 12), (9, 10), (1, 5), (2, 6), (7, 11), (8, 12), (5, 7), (6, 8)]


def features(*people):
    return [np.asarray(row) for row in pose_features(people, 30.0)]


def naive(poses, rate=30.0):
    """Return the features of poses in an image, in which all joints are seen, number by number."""
    frames = len(poses)
    lengths = [sorted(math.dist(pose[a], pose[b]) for pose in poses)[int(0.9 * (frames - 1))] for a, b in BONES]
    size = np.median(
        [length / math.dist(NEUTRAL[a], NEUTRAL[b]) for length, (a, b) in zip(lengths, BONES, strict=True)]
    )
    pelvis = [(pose[7] + pose[8]) / 2 for pose in poses]
    travel = []
    for t in range(frames):
        ends = [pelvis[at] for at in (max(t - 1, 0), min(t + 1, frames - 1))]
        travel.append((ends[1] - ends[0]) * rate / 2 / size)
    ahead = sum(moved[0] for moved in travel) / frames
    rows = []
    for t in range(frames):
        before, after = max(t - 1, 0), min(t + 1, frames - 1)
        row = [(poses[t][j][axis] - pelvis[t][axis]) / size for j in range(13) for axis in range(2)]
        for j in range(13):
            for axis in range(2):
                ends = [(poses[at][j][axis] - pelvis[at][axis]) / size for at in (before, after)]
                row.append((ends[1] - ends[0]) * rate / 2)
        row += [travel[t][0] - ahead, travel[t][1]]
        row += naive_gait(poses, size)[t]
        row += [math.dist(poses[t][a], poses[t][b]) / size for a, b in PAIRS]
        rows.append([*row, *([0.0] * 13)])
    scale = [3.0] * 26 + [0.5] * 26 + [1.0, 1.0, 20.0, 10.0, 5.0, 5.0, 1.0] + [3.0] * 11 + [1.0] * 13
    return np.array(rows) * scale


def naive_gait(poses, size):
    """Return pelvis' height, those of the feet, and how pelvis and feet go together, number by number."""
    pelvis = [-(pose[7][1] + pose[8][1]) / 2 / size for pose in poses]
    apart = [math.dist(pose[11], pose[12]) / size for pose in poses]

    def from_mean(values):
        return [value - np.mean(values[max(t - 15, 0) : t + 16]) for t, value in enumerate(values)]

    rise, spread = from_mean(pelvis), from_mean(apart)
    feet = [(-pose[11][1] / size, -pose[12][1] / size) for pose in poses]
    ground = sorted(map(min, feet))[int(0.1 * (len(poses) - 1))]
    return [
        [up, min(both) - ground, both[0] - ground, both[1] - ground, up * wide / np.std(rise) / np.std(spread)]
        for up, wide, both in zip(rise, spread, feet, strict=True)
    ]


@pytest.mark.parametrize("view", [SPACE, IMAGE])
def test_who_runs_is_lowest_when_the_feet_pass(view):
    walking = stick_figure("walk", 2.0)[:, :, : view.shape[2]]
    together = [row[:, 58].mean() for row in features(view, walking)]
    flight = [row[:, 55].max() for row in features(view, walking)]
    assert together[0] > 0.3
    assert together[1] < -0.3
    assert flight[0] > 0.3 > flight[1]


def about_the_vertical(angle):
    sine, cosine = math.sin(angle), math.cos(angle)
    return np.array([[cosine, 0, -sine], [0, 1, 0], [sine, 0, cosine]], np.float32)


def test_features_are_those_of_the_naive_twin():
    assert features(IMAGE)[0] == pytest.approx(naive(IMAGE.astype(np.float64)), abs=5e-3)


@settings(max_examples=20, deadline=None)
@given(st.floats(-1000, 1000), st.floats(-1000, 1000), st.floats(0.01, 300))
def test_place_and_size_do_not_matter(x, y, size):
    moved = ((IMAGE + np.array([x, y])) * size).astype(np.float32)
    assert features(moved)[0] == pytest.approx(features(IMAGE)[0], abs=0.15)


@settings(max_examples=20, deadline=None)
@given(st.floats(0, 2 * math.pi))
def test_in_space_the_direction_does_not_matter(angle):
    turned = SPACE @ about_the_vertical(angle)
    assert features(turned)[0] == pytest.approx(features(SPACE)[0], abs=1e-2)


def test_from_the_side_space_is_an_image():
    assert features(SPACE)[0][:, :54] == pytest.approx(features(IMAGE)[0][:, :54], rel=0.01, abs=0.05)


def test_people_together_give_what_each_gives_alone():
    people = [IMAGE, SPACE, IMAGE[:1], SPACE[:0], IMAGE[5:20]]
    for together, alone in zip(features(*people), people, strict=True):
        assert (together == features(alone)[0]).all()
    assert pose_features([], 30.0).array.shape == (0, WIDTH)


def test_the_size_is_found_although_bones_are_foreshortened():
    assert size_of(SPACE) == pytest.approx(1.0, abs=0.02)
    assert size_of(IMAGE * 7) == pytest.approx(7.0, rel=0.05)


def test_a_gap_is_bridged_and_marked():
    poses = IMAGE.copy()
    poses[4:9, 5] = np.nan
    poses[:3, 0] = np.nan
    whole, seen = completed(poses)
    assert np.argwhere(~seen).tolist() == [[0, 0], [1, 0], [2, 0], *[[t, 5] for t in range(4, 9)]]
    assert whole[6, 5] == pytest.approx(IMAGE[3, 5] + (IMAGE[9, 5] - IMAGE[3, 5]) * 0.5, abs=1e-5)
    assert (whole[:3, 0] == IMAGE[3, 0]).all()
    assert np.argwhere(features(poses)[0][:, -13:]).tolist() == np.argwhere(~seen).tolist()


def test_joints_that_are_never_seen_are_those_of_somebody_who_stands():
    standing = np.repeat(NEUTRAL[None, :, :2], 5, axis=0) * 3 + 8
    hidden = standing.copy()
    hidden[:, [5, 6, 11]] = np.nan
    assert completed(hidden)[0] == pytest.approx(standing, abs=0.2)
    nobody = np.full_like(standing, np.nan)
    assert np.isfinite(features(nobody)[0]).all()


def test_what_is_left_and_right_is_told_apart():
    assert [JOINTS[index].replace("left", "right") for index in MIRRORED] == [
        joint.replace("left", "right") for joint in JOINTS
    ]
    assert {name for stick in STICKS for name in stick} == set(JOINTS) - {"head"}


@pytest.mark.parametrize("payload", [[1, 2], np.zeros((3, 13, 2)), np.zeros((3, 12, 2), np.float32), "text"])
def test_what_is_no_pose_is_refused(payload):
    step = SkeletonFrames().build(seqpipe.Incoming(seqpipe.Spec("poses", "float32", rate=30.0)))
    with pytest.raises(seqpipe.RecordError, match="where poses are needed"):
        step(seqpipe.Batch((seqpipe.Record("1", payload),)))


def test_poses_without_a_rate_are_refused():
    with pytest.raises(seqpipe.ConfigError, match="whose rate is known"):
        SkeletonFrames().build(seqpipe.Incoming(seqpipe.Spec("poses", "float32")))
    with pytest.raises(seqpipe.ConfigError, match="leave gaps"):
        SkeletonFrames(window=0.2).build(seqpipe.Incoming(seqpipe.Spec("poses", "float32", rate=30.0)))


@pytest.mark.parametrize(
    ("poses", "message"),
    [
        (np.zeros((3, 2)), "poses of the shape (3, 2) (pass (frames, "),
        (np.full((3, len(JOINTS), 2), np.inf), "a joint is infinitely far away (pass NaN where a joint is not seen)"),
    ],
)
def test_what_is_no_capture_is_refused(poses, message):
    with pytest.raises(seqpipe.InputError) as caught:
        ReadPoses().record(poses, 1)
    assert message in str(caught.value)


def windows(poses, length, stride):
    """Return the first frame of each window, its length, and the frames that it stands for, one after the other."""
    found, covered, number = [], 0, 0
    while number * stride + length <= len(poses):
        end = number * stride + (length + stride) // 2
        found.append((number * stride, length, covered, end))
        number, covered = number + 1, end
    if covered < len(poses):
        begin = max(len(poses) - length, 0)
        found.append((begin, len(poses) - begin, covered, len(poses)))
    return found


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 90), st.lists(st.integers(0, 90), max_size=4))
def test_windows_cover_a_capture_in_any_pieces(count, cuts):
    poses = stick_figure("walk", 3.0)[:count]
    step = SkeletonFrames(window=0.5, stride=0.2).build(seqpipe.Incoming(seqpipe.Spec("poses", "float32", rate=30.0)))
    borders = [0, *sorted(min(cut, count) for cut in cuts), count]
    state, rows, spans = None, [], []
    for number, (begin, end) in enumerate(pairwise(borders), 2):
        batch = seqpipe.Batch((seqpipe.Record("1", poses[begin:end]),), final=number == len(borders))
        out, state = step(batch, state)
        rows += list(out.ragged)
        spans += [row.tolist() for row in out.column("spans", seqpipe.Ragged)]
    wanted = windows(poses, 15, 6)
    assert [(span[0][0], span[-1][1]) for span in spans] == [(begin, end) for *_, begin, end in wanted]
    for row, (begin, length, *_) in zip(rows, wanted, strict=True):
        assert (row == features(poses[begin : begin + length])[0]).all()
