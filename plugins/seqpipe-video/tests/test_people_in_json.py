"""Keypoints in JSON, in the forms that pose estimators write: all give the same poses, and wrong ones are refused."""

import json
import math

import numpy as np
import pytest

import seqpipe
from seqpipe_video.poses.layouts import LAYOUTS
from seqpipe_video.poses.pose_reader import ReadPoses
from seqpipe_video.poses.skeleton import JOINTS
from seqpipe_video.stick_figure import stick_figure

HEADS = {"nose", "face", "head", "left_ear", "right_ear", "head_top"}
POSES = stick_figure("run", 2.0)[:, :, :2].astype(np.float64) * 100 + 500


def keypoints(pose, layout="coco", score=0.9):
    """Return somebody's keypoints, a row (x, y, score) each; those that the skeleton has not are 0."""
    rows = np.zeros((len(LAYOUTS[layout]), 3))
    for place, name in enumerate(LAYOUTS[layout]):
        joint = "head" if name in HEADS else name
        if joint in JOINTS:
            rows[place] = [*pose[JOINTS.index(joint)][:2], score]
    return rows.round(4)


def flat(pose, layout="coco", score=0.9):
    return keypoints(pose, layout, score).ravel().tolist()


def rows(pose, layout="coco"):
    return keypoints(pose, layout).tolist()


def points(pose, layout="mediapipe"):
    return [{"x": x, "y": y, "visibility": score} for x, y, score in rows(pose, layout)]


def openpose(*people):
    return {"version": 1.3, "people": [{"person_id": [-1], "pose_keypoints_2d": person} for person in people]}


def alphapose(frame, pose, number):
    return {"image_id": f"{frame}.jpg", "category_id": 1, "keypoints": flat(pose), "score": 2.9, "idx": number}


def mmpose(frame, pose):
    found = {"keypoints": keypoints(pose)[:, :2].tolist(), "keypoint_scores": [0.9] * 17, "bbox": [[0, 0, 9, 9]]}
    return {"frame_id": frame, "instances": [found]}


def yolo(pose):
    x, y, score = keypoints(pose).T.tolist()
    return [{"name": "person", "class": 0, "box": {"x1": 0}, "keypoints": {"x": x, "y": y, "visible": score}}]


FORMS = {
    "rows of COCO": [rows(pose) for pose in POSES],
    "flat lists of COCO": [flat(pose) for pose in POSES],
    "people of COCO": [[rows(pose)] for pose in POSES],
    "rows of OpenPose": [rows(pose, "openpose") for pose in POSES],
    "OpenPose": [openpose(flat(pose, "openpose")) for pose in POSES],
    "the old OpenPose": [openpose(flat(pose, "openpose18")) for pose in POSES],
    "MediaPipe": [points(pose) for pose in POSES],
    "MediaPipe's landmarks": [{"pose_landmarks": points(pose)} for pose in POSES],
    "MediaPipe's tasks": {
        "frames": [{"timestamp_ms": n * 1000 / 30, "pose_landmarks": [points(pose)]} for n, pose in enumerate(POSES)]
    },
    "COCO's results": [
        {"image_id": n, "category_id": 1, "keypoints": flat(pose), "score": 1} for n, pose in enumerate(POSES)
    ],
    "COCO's truth": {
        "images": [],
        "annotations": [
            {"id": n + 900, "image_id": n, "keypoints": flat(pose, score=2)} for n, pose in enumerate(POSES)
        ],
    },
    "AlphaPose": [alphapose(n, pose, 1) for n, pose in enumerate(POSES)],
    "MMPose": {"meta_info": {}, "instance_info": [mmpose(n, pose) for n, pose in enumerate(POSES, 1)]},
    "Ultralytics": [yolo(pose) for pose in POSES],
    "names": [dict(zip(JOINTS, pose.tolist(), strict=True)) for pose in POSES],
    "names and times": [
        {"time": n / 30, **dict(zip(JOINTS, pose.tolist(), strict=True))} for n, pose in enumerate(POSES)
    ],
    "names and parts": {
        "fps": 30,
        "frames": [
            {
                "people": [
                    {
                        "joints": [
                            {"name": j, "position": dict(zip("xy", at, strict=True))}
                            for j, at in zip(JOINTS, pose.tolist(), strict=True)
                        ]
                    }
                ]
            }
            for pose in POSES
        ],
    },
    "lists of coordinates": {
        "data": [{"keypoints": dict(zip("xy", keypoints(pose)[:, :2].T.tolist(), strict=True))} for pose in POSES]
    },
}


def read(path, value, **settings):
    path.write_text(value if isinstance(value, str) else json.dumps(value))
    return list(ReadPoses(**settings).read(seqpipe.Source(str(path))))


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_poses(tmp_path, form):
    (record,) = read(tmp_path / "a.json", FORMS[form])
    assert record.payload == pytest.approx(POSES, abs=1e-3)


def test_lines_are_frames(tmp_path):
    (record,) = read(tmp_path / "a.jsonl", "\n".join(json.dumps(frame) for frame in FORMS["names"]))
    assert record.payload == pytest.approx(POSES, abs=1e-3)


def test_the_rate_and_the_label_are_those_of_the_file(tmp_path):
    (record,) = read(tmp_path / "a.json", {"fps": 60, "label": "run", "frames": FORMS["rows of COCO"]})
    assert record.payload == pytest.approx(POSES[::2], abs=1e-3)
    assert record.target == "run"


def test_times_may_be_uneven(tmp_path):
    times = np.sort(np.random.default_rng(0).uniform(0, 2, len(POSES)))
    frames = [{"time": time, "keypoints": rows(pose)} for time, pose in zip(times, POSES, strict=True)]
    (record,) = read(tmp_path / "a.json", frames)
    grid = times[0] + np.arange(len(record.payload)) / 30
    wanted = np.interp(np.minimum(grid, times[-1]), times, POSES[:, 3, 0])
    assert record.payload[:, 3, 0] == pytest.approx(wanted, abs=0.01)


def test_what_is_not_seen_is_missing(tmp_path):
    frames = [rows(pose) for pose in POSES[:3]]
    frames[0][9] = [math.nan, 1.0, 0.9]
    frames[1][10] = [0, 0, 0.9]
    frames[2][15][2] = 0.01
    (record,) = read(tmp_path / "a.json", frames)
    unseen = {(frame, JOINTS[joint]) for frame, joint in np.argwhere(np.isnan(record.payload).any(axis=2)).tolist()}
    assert unseen == {(0, "left_wrist"), (1, "right_wrist"), (2, "left_ankle")}


def test_who_is_followed_by_a_number_is_a_record(tmp_path):
    late = [alphapose(n, pose + 50, 7) for n, pose in enumerate(POSES) if n >= 30]
    records = read(tmp_path / "a.json", [*FORMS["AlphaPose"], *late])
    assert [(record.id.rpartition(":")[2], len(record.payload), dict(record.columns)) for record in records] == [
        ("1", 60, {"person": "1"}),
        ("7", 30, {"person": "7", "from": 1.0}),
    ]
    (record,) = read(tmp_path / "a.json", [*FORMS["AlphaPose"], *late], people="largest")
    assert len(record.payload) == 60


def test_else_it_is_the_largest(tmp_path):
    small = [pose * 0.5 for pose in POSES]
    frames = [
        openpose(flat(little, "openpose"), flat(pose, "openpose")) for little, pose in zip(small, POSES, strict=True)
    ]
    (record,) = read(tmp_path / "a.json", frames)
    assert record.payload == pytest.approx(POSES, abs=1e-3)


def test_who_leaves_and_comes_back_is_a_record_each_time(tmp_path):
    frames = [openpose() if 10 <= n < 45 else openpose(flat(pose, "openpose")) for n, pose in enumerate(POSES)]
    records = read(tmp_path / "a.json", frames)
    assert [(record.id.rpartition(":")[2], len(record.payload)) for record in records] == [("0s", 10), ("1.5s", 15)]
    assert records[1].columns == {"from": 1.5}
    (record,) = read(tmp_path / "a.json", frames, gap=2.0)
    assert record.payload[:10] == pytest.approx(POSES[:10], abs=1e-3)
    assert record.payload[27, 3] == pytest.approx(POSES[9, 3] + (POSES[45, 3] - POSES[9, 3]) * 0.5, abs=0.01)


def test_openpose_writes_a_file_a_frame(tmp_path):
    for number, pose in enumerate(POSES):
        name = tmp_path / f"film_{number:012d}_keypoints.json"
        name.write_text(json.dumps(openpose(flat(pose, "openpose"))))
    records = [record for path in sorted(tmp_path.iterdir()) for record in ReadPoses().read(seqpipe.Source(str(path)))]
    assert len(records) == 1
    assert records[0].payload == pytest.approx(POSES, abs=1e-3)
    table = tmp_path / "films.tsv"
    table.write_text(".\trun\n")
    (record,) = ReadPoses().read(seqpipe.Source(str(table)))
    assert (record.target, len(record.payload)) == ("run", len(POSES))


def test_shares_of_an_image_are_made_square(tmp_path):
    shares = (POSES - 300) / [1600, 900]
    (record,) = read(tmp_path / "a.json", [{"pose_landmarks": points(pose)} for pose in shares], aspect=16 / 9)
    assert record.payload * 900 == pytest.approx(POSES - 300, abs=0.2)


WRONG = {
    "other numbers": ([flat(pose)[:-3] for pose in POSES], "48 numbers do not make any skeleton that is known"),
    "other joints": ([rows(pose)[:-1] for pose in POSES], "16 keypoints do not make any skeleton that is known"),
    "one with others": ([rows(pose)[: 16 if n == 4 else 17] for n, pose in enumerate(POSES)], "a.json:5: 16 keypoints"),
    "words": ([["a", "b"]], "keypoints that are no lists of numbers"),
    "numbers": ([1, 2, 3], "keypoints that are no lists of numbers"),
    "other names": ([{"wheel": [1, 2], "door": [3, 4]}], "no keypoints that are known by their names"),
    "nobody": ([openpose() for _ in POSES], "nobody is seen"),
    "nothing": ([], "nobody is seen"),
    "all NaN": ([[[math.nan] * 3] * 17] * 4, "nobody is seen"),
    "text": ('"hello"', "not a list of frames"),
    "truncated": (json.dumps(FORMS["rows of COCO"])[:-100], "not JSON"),
    "a line truncated": ('{"people": []}\n{"people"', "a.json:2:10: not JSON"),
    "deep": ("[" * 100_000, "lists and objects nested more than 100 levels deep"),
    "a clock set back": ([{"time": -n, "keypoints": rows(pose)} for n, pose in enumerate(POSES)], "is not after"),
    "a time far away": ([{"time": n * 0.9 * 3600, "keypoints": rows(POSES[0])} for n in (0, 5e9)], None),
    "some in space": ([rows(POSES[0])] * 3 + [[[*point, 0.5] for point in rows(POSES[0])]], "others in an image"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said_in_a_line(tmp_path, name):
    value, message = WRONG[name]
    try:
        found = read(tmp_path / "a.json", value)
    except seqpipe.InputError as error:
        found = [error]
    if message is None:  # two records of a frame each: nothing is made in between
        assert [len(record.payload) for record in found] == [1, 1]
        return
    errors = [item for item in found if not isinstance(item, seqpipe.Record)]
    assert message in str(errors[0])
    assert all("\n" not in str(error) and "a.json" in str(error) for error in errors)
