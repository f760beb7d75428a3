"""Motion capture: joints are where a naive forward kinematics puts them, and wrong files are refused."""

import math
from itertools import permutations

import numpy as np
import pytest

import seqpipe
from seqpipe_video.poses.pose_reader import ReadPoses
from seqpipe_video.poses.skeleton import JOINTS

FRAMES = 7

RIG = (
    ("Hips", None, (0, 95, 0)),
    ("Spine", "Hips", (0, 12, 1)),
    ("Neck", "Spine", (0, 38, -2)),
    ("Head", "Neck", (0, 9, 1)),
    ("LeftArm", "Spine", (17, 33, 0)),
    ("LeftForeArm", "LeftArm", (28, 0, 0)),
    ("LeftHand", "LeftForeArm", (25, 0, 0)),
    ("RightArm", "Spine", (-17, 33, 0)),
    ("RightForeArm", "RightArm", (-28, 0, 0)),
    ("RightHand", "RightForeArm", (-25, 0, 0)),
    ("LeftUpLeg", "Hips", (10, -4, 0)),
    ("LeftLeg", "LeftUpLeg", (0, -42, 0)),
    ("LeftFoot", "LeftLeg", (0, -41, 0)),
    ("RightUpLeg", "Hips", (-10, -4, 0)),
    ("RightLeg", "RightUpLeg", (0, -42, 0)),
    ("RightFoot", "RightLeg", (0, -41, 0)),
)
"""Name, parent and offset of each joint of a rig."""

KNEES = [index for index, (name, *_) in enumerate(RIG) if name in ("LeftLeg", "RightLeg")]

OF_RIG = {
    "head": "Head",
    **{f"{side}_shoulder": f"{side.title()}Arm" for side in ("left", "right")},
    **{f"{side}_elbow": f"{side.title()}ForeArm" for side in ("left", "right")},
    **{f"{side}_wrist": f"{side.title()}Hand" for side in ("left", "right")},
    **{f"{side}_hip": f"{side.title()}UpLeg" for side in ("left", "right")},
    **{f"{side}_knee": f"{side.title()}Leg" for side in ("left", "right")},
    **{f"{side}_ankle": f"{side.title()}Foot" for side in ("left", "right")},
}


def bvh(angles, root, order="ZXY", seconds=1 / 30, names=None, frames=None):
    """Return the text of a BVH file.

    Args:
        angles: degrees about x, y, z of each joint of the rig in each frame: (frames, joints, 3).
        root: where the hips are, added to their offset: (frames, 3).
        order: of the rotations.
        seconds: from frame to frame.
        names: of joints that are called otherwise.
        frames: how many the file says that there are.
    """
    called = {name: (names or {}).get(name, name) for name, *_ in RIG}
    lines = ["HIERARCHY"]

    def joint(name, depth):
        offset = next(offset for other, _, offset in RIG if other == name)
        children = [other for other, parent, _ in RIG if parent == name]
        tab = "\t" * depth
        lines.extend([f"{tab}{'JOINT' if depth else 'ROOT'} {called[name]}", f"{tab}{{"])
        lines.append(f"{tab}\tOFFSET {' '.join(map(str, offset))}")
        turns = " ".join(f"{axis}rotation" for axis in order)
        lines.append(f"{tab}\tCHANNELS {3 if depth else 6} {'' if depth else 'Xposition Yposition Zposition '}{turns}")
        for child in children:
            joint(child, depth + 1)
        if not children:
            lines.extend([f"{tab}\tEnd Site", f"{tab}\t{{", f"{tab}\t\tOFFSET 0 1 0", f"{tab}\t}}"])
        lines.append(f"{tab}}}")

    joint("Hips", 0)
    written = [name for line in lines for name, now in called.items() if line.split()[1:] == [now]]
    lines += ["MOTION", f"Frames: {len(angles) if frames is None else frames}", f"Frame Time: {seconds:.7f}"]
    numbers = {name: number for number, (name, *_) in enumerate(RIG)}
    for turns, place in zip(angles, root, strict=True):
        values = [*place]
        for name in written:
            values += [turns[numbers[name]]["XYZ".index(axis)] for axis in order]
        lines.append(" ".join(f"{value:.6f}" for value in values))
    return "\n".join(lines) + "\n"


def naive_positions(angles, root, order="ZXY"):
    """Return where the joints of the skeleton are, by a product of matrices for one joint and frame after the other."""
    places = np.zeros((len(angles), len(JOINTS), 3))
    for frame, (turns, place) in enumerate(zip(angles, root, strict=True)):
        known = {}
        for number, (name, parent, offset) in enumerate(RIG):
            own = np.eye(3)
            for axis in order:
                own = own @ _about("XYZ".index(axis), math.radians(turns[number]["XYZ".index(axis)]))
            if parent is None:
                known[name] = (np.array(offset) + place, own)
            else:
                at, turn = known[parent]
                known[name] = (at + turn @ np.array(offset), turn @ own)
        for index, joint in enumerate(JOINTS):
            places[frame, index] = known[OF_RIG[joint]][0]
    return places


def _about(axis, angle):
    """Return the rotation about an axis by Rodrigues' formula."""
    along = np.zeros(3)
    along[axis] = 1
    cross = np.array([[0, -along[2], along[1]], [along[2], 0, -along[0]], [-along[1], along[0], 0]])
    return np.eye(3) + math.sin(angle) * cross + (1 - math.cos(angle)) * cross @ cross


@pytest.fixture
def capture():
    random = np.random.default_rng(3)
    angles = random.uniform(-25, 25, (FRAMES, len(RIG), 3))
    angles[:, KNEES, 0] += 50  # knees bend forwards
    return angles, random.uniform(-100, 100, (FRAMES, 3))


def read(path, text, **settings):
    path.write_text(text)
    return list(ReadPoses(**settings).read(seqpipe.Source(str(path))))


@pytest.mark.parametrize("order", ["".join(order) for order in permutations("XYZ")])
def test_joints_are_where_the_rotations_put_them(tmp_path, capture, order):
    (record,) = read(tmp_path / "a.bvh", bvh(*capture, order))
    wanted = naive_positions(*capture, order) * [-1, -1, 1]  # y down, turned about z
    assert record.payload == pytest.approx(wanted, abs=1e-3)


def test_the_rate_is_that_of_the_file(tmp_path, capture):
    (record,) = read(tmp_path / "a.bvh", bvh(*capture, seconds=1 / 60))
    wanted = naive_positions(*capture)[::2] * [-1, -1, 1]
    assert record.payload == pytest.approx(wanted, abs=0.01)  # the file rounds its times


def test_a_source_with_z_up_is_turned(tmp_path, capture):
    angles, root = capture
    angles = angles * 0.2
    upright = read(tmp_path / "a.bvh", bvh(angles, root * 0))[0].payload
    angles[:, 0] = [90, 0, 0]  # the hips lie the whole body on its back
    lying = read(tmp_path / "b.bvh", bvh(angles, root * 0))[0].payload
    assert (upright[:, 0, 1] < upright[:, 11, 1]).all()
    assert (lying[:, 0, 1] < lying[:, 11, 1]).all()


def test_positions_of_a_joint_stand_in_place_of_its_offset(tmp_path, capture):
    text = bvh(*capture, "ZXY").splitlines()
    place = next(index for index, line in enumerate(text) if line.strip() == "JOINT LeftLeg") + 3
    text[place] = text[place].replace("CHANNELS 3 ", "CHANNELS 6 Xposition Yposition Zposition ")
    names = [line.split()[1] for line in text if line.split()[0] in ("ROOT", "JOINT")]
    before = 6 + 3 * (names.index("LeftLeg") - 1)
    for index in range(len(text) - FRAMES, len(text)):
        values = text[index].split()
        text[index] = " ".join([*values[:before], "0", "-42", "0", *values[before:]])
    (record,) = read(tmp_path / "a.bvh", "\n".join(text))
    assert record.payload == pytest.approx(naive_positions(*capture) * [-1, -1, 1], abs=1e-3)


def without_channel(text):
    return text.replace("CHANNELS 3 Zrotation Xrotation Yrotation", "CHANNELS 3 Zrotation Xrotation", 1)


WRONG = {
    "fewer frames": (lambda text: text.replace("Frames: 7", "Frames: 9"), "9 frames are announced, 7 are there"),
    "more frames": (lambda text: text.replace("Frames: 7", "Frames: 5"), "5 frames are announced, more are there"),
    "truncated": (lambda text: text[:-40], "values for 51 channels"),
    "no motion": (lambda text: text[: text.index("MOTION")], "it ends before MOTION"),
    "a missing channel": (without_channel, "are not as many channels as it says"),
    "no number": (lambda text: text[:-8] + "abc\n", "a value is no number"),
    "not a number": (lambda text: text.rsplit(" ", 1)[0] + " nan\n", "a value is no number"),
    "no time": (lambda text: text.replace("Frame Time: 0.0333333", "Frame Time: 0"), "no `Frames:` and `Frame Time:`"),
    "a word": (lambda text: text.replace("OFFSET 0 12 1", "OFFSET 0 12"), "is not understood here"),
    "no person": (lambda text: text.replace("LeftLeg", "Wheel").replace("RightFoot", "Door"), "no joint is called"),
    "no hierarchy": (lambda text: text.replace("HIERARCHY", "HIERARCHIE"), "it does not begin with HIERARCHY"),
    "nothing": (lambda text: text[:10], "it ends before MOTION"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said_in_a_line(tmp_path, capture, name):
    spoil, message = WRONG[name]
    try:
        (error,) = read(tmp_path / "a.bvh", spoil(bvh(*capture)))
    except seqpipe.InputError as raised:
        error = raised
    assert isinstance(error, seqpipe.InputError | seqpipe.RecordError)
    assert message in str(error)
    assert "a.bvh" in str(error)
    assert "\n" not in str(error)


def test_a_long_capture_comes_in_pieces(tmp_path):
    random = np.random.default_rng(1)
    angles, root = random.uniform(-30, 30, (700, len(RIG), 3)), random.uniform(-10, 10, (700, 3))
    text = bvh(angles, root, seconds=1 / 50)
    (whole,) = read(tmp_path / "a.bvh", text)
    pieces = read(tmp_path / "a.bvh", text, piece=1.0)
    assert [piece.last for piece in pieces] == [False] * (len(pieces) - 1) + [True]
    assert {len(piece.payload) for piece in pieces[:-1]} == {30}
    assert (np.concatenate([piece.payload for piece in pieces]) == whole.payload).all()
