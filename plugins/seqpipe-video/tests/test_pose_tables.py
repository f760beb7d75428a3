"""Poses in tables: by the names of the columns, or by their number; with times; wrong ones are refused."""

import numpy as np
import pytest

import seqpipe
from seqpipe_video.poses.layouts import LAYOUTS
from seqpipe_video.poses.pose_reader import ReadPoses
from seqpipe_video.poses.skeleton import JOINTS
from seqpipe_video.stick_figure import stick_figure

SPACE = stick_figure("walk", 1.0).astype(np.float64)
POSES = SPACE[:, :, :2]


def table(poses, form="{joint}_{axis}", axes="xy", extra=(), sep=","):
    names = [form.format(joint=joint, axis=axis) for joint in JOINTS for axis in axes]
    rows = [
        [*map(str, before), *map(str, pose.ravel())]
        for before, pose in zip(extra or [()] * len(poses), poses, strict=True)
    ]
    return names, [sep.join(row) for row in rows]


def read(path, lines, **settings):
    path.write_text("\n".join(lines) + "\n")
    return list(ReadPoses(**settings).read(seqpipe.Source(str(path))))


@pytest.mark.parametrize("form", ["{joint}_{axis}", "{joint} {axis}", "{joint}.{axis}", "{joint}:{axis}"])
def test_columns_have_names(tmp_path, form):
    names, rows = table(POSES, form)
    (record,) = read(tmp_path / "a.csv", [",".join(names), *rows])
    assert record.payload == pytest.approx(POSES, abs=1e-5)


def test_times_and_space(tmp_path):
    names, rows = table(SPACE, axes="xyz", extra=[(1000 + 20 * number,) for number in range(len(SPACE))])
    (record,) = read(tmp_path / "a.csv", [",".join(["time_ms", *names]), *rows], rate=50.0)
    assert record.payload == pytest.approx(SPACE, abs=1e-5)


def test_columns_without_names(tmp_path):
    both = np.zeros((len(POSES), 15, 2))
    for place, joint in enumerate(LAYOUTS["jhmdb"]):
        if (of_skeleton := joint.replace("face", "head")) in JOINTS:
            both[:, place] = POSES[:, JOINTS.index(of_skeleton)]
    (record,) = read(tmp_path / "a.csv", [",".join(map(str, row.ravel())) for row in both])
    assert record.payload == pytest.approx(POSES, abs=1e-5)


def test_an_empty_cell_and_a_low_score_are_not_seen(tmp_path):
    names, rows = table(POSES[:2])
    cells = [row.split(",") for row in rows]
    cells[0][names.index("left_knee_x")] = ""
    lines = [
        ",".join([*names, "head_likelihood"]),
        *(",".join([*row, score]) for row, score in zip(cells, ("1", "0.01"), strict=True)),
    ]
    (record,) = read(tmp_path / "a.csv", lines)
    unseen = np.argwhere(np.isnan(record.payload).any(axis=2)).tolist()
    assert unseen == [[0, JOINTS.index("left_knee")], [1, JOINTS.index("head")]]


def test_pieces_are_the_whole(tmp_path):
    long = np.concatenate([POSES + np.array([number * 0.9, 0]) for number in range(20)])
    names, rows = table(long)
    (whole,) = read(tmp_path / "a.csv", [",".join(names), *rows], source_rate=25.0)
    pieces = read(tmp_path / "a.csv", [",".join(names), *rows], source_rate=25.0, piece=2.5)
    assert len(pieces) > 5
    assert (np.concatenate([piece.payload for piece in pieces]) == whole.payload).all()


NAMES, ROWS = table(POSES)
WRONG = {
    "a short row": ([",".join(NAMES), *ROWS, "1,2"], "a.csv:32: 2 cells where the first line has 26"),
    "a word": (
        [",".join(NAMES), ROWS[0], ROWS[1].replace(ROWS[1].split(",")[3], "left")],
        "a.csv:3: 'left' is no number",
    ),
    "other columns": (["a,b", "1,2"], "no columns are called left shoulder, right shoulder, left hip (and 5 more)"),
    "other numbers": (["1,2,3,4", "1,2,3,4"], "4 columns without names do not make a skeleton"),
    "a clock set back": (
        [",".join(["time", *NAMES]), "1," + ROWS[0], "0," + ROWS[1]],
        "the time of frame 2 is not after",
    ),
    "no time": ([",".join(["time", *NAMES]), "0," + ROWS[0], "," + ROWS[1]], "a.csv:3: the time is no number"),
    "no rows": ([",".join(NAMES)], "no frames"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said_in_a_line(tmp_path, name):
    lines, message = WRONG[name]
    try:
        found = read(tmp_path / "a.csv", lines)[-1]
    except seqpipe.InputError as error:
        found = error
    assert message in str(found)
    assert "\n" not in str(found)


def test_an_empty_table_is_refused(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"")
    with pytest.raises(seqpipe.InputError, match="an empty table"):
        list(ReadPoses().read(seqpipe.Source(str(tmp_path / "a.csv"))))


def test_a_name_that_says_no_format_is_refused(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"1 2 3")
    with pytest.raises(seqpipe.InputError, match=r"\.txt says no format"):
        list(ReadPoses().read(seqpipe.Source(str(tmp_path / "a.txt"))))


@pytest.mark.parametrize(
    ("places", "message"),
    [
        (np.zeros((3, 4)), "the places are float64 (3, 4), not (frames, joints, 2 or 3)"),
        (np.full((3, len(JOINTS), 2), np.inf), "a joint is infinitely far away (leave the clip out)"),
    ],
)
def test_an_archive_without_poses_is_refused(tmp_path, places, message):
    np.savez(tmp_path / "a.npz", xy=places, joint=list(JOINTS), fps=30)
    try:
        (found,) = ReadPoses().read(seqpipe.Source(str(tmp_path / "a.npz")))
    except seqpipe.InputError as error:
        found = error
    assert message in str(found)
