"""Joints are found by the names that rigs and estimators give them."""

import pytest

from seqpipe_video.poses.joint_names import sources_of
from seqpipe_video.poses.layouts import BY_COUNT, LAYOUTS
from seqpipe_video.poses.skeleton import JOINTS

SIDED = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
RIGS = {
    "mixamo": ("mixamorig:Head", "mixamorig:{Side}", "Arm ForeArm Hand UpLeg Leg Foot", ["mixamorig:LeftShoulder"]),
    "lafan": ("Head", "{Side}", "Arm ForeArm Hand UpLeg Leg Foot", ["LeftShoulder", "RightShoulder", "LeftToe"]),
    "cmu": ("Head", "{Side}", "Arm ForeArm Hand UpLeg Leg Foot", ["LHipJoint", "RHipJoint", "LeftShoulder", "LThumb"]),
    "cgspeed": ("Head", "{Side}", "Shoulder Elbow Wrist Hip Knee Ankle", ["LeftCollar", "RightCollar"]),
    "bandai": ("Head", "", "UpperArm_{S} LowerArm_{S} Hand_{S} UpperLeg_{S} LowerLeg_{S} Foot_{S}", ["Shoulder_L"]),
    "asf": ("head", "{s}", "humerus radius wrist femur tibia foot", ["lclavicle", "rclavicle", "lhand", "lhipjoint"]),
    "blender": ("head", "", "upper_arm.{S} forearm.{S} hand.{S} thigh.{S} shin.{S} foot.{S}", ["shoulder.L", "toe.R"]),
    "unreal": ("head", "", "upperarm_{s} lowerarm_{s} hand_{s} thigh_{s} calf_{s} foot_{s}", ["clavicle_l", "ball_l"]),
    "biped": ("Bip01 Head", "Bip01 {S} ", "UpperArm Forearm Hand Thigh Calf Foot", ["Bip01 L Clavicle"]),
    "poser": ("head", "{s}", "Shldr ForeArm Hand Thigh Shin Foot", ["lCollar", "rCollar", "lButtock", "rButtock"]),
    "xsens": ("Head", "{Side}", "UpperArm ForeArm Hand UpperLeg LowerLeg Foot", ["LeftShoulder", "LeftToe"]),
    "smpl": ("head", "{side}_", "shoulder elbow wrist hip knee ankle", ["left_collar", "left_foot", "left_hand"]),
    "vrm": ("J_Bip_C_Head", "J_Bip_{S}_", "UpperArm LowerArm Hand UpperLeg LowerLeg Foot", ["J_Bip_L_Shoulder"]),
    "h36m": ("Head", "{S}", "Shoulder Elbow Wrist Hip Knee Foot", ["Thorax", "Spine"]),
    "kinect": ("Head", "", "Shoulder{Side} Elbow{Side} Wrist{Side} Hip{Side} Knee{Side} Ankle{Side}", ["HandLeft"]),
}


def called(rig):
    """Return what the joints of a rig are called, by the skeleton's names."""
    head, prefix, parts, _ = RIGS[rig]
    names = {"head": head}
    for side in ("left", "right"):
        for joint, part in zip(SIDED, parts.split(" "), strict=True):
            forms = {"Side": side.title(), "side": side, "S": side[0].upper(), "s": side[0]}
            names[f"{side}_{joint}"] = (prefix + part).format(**forms)
    return names


@pytest.mark.parametrize("rig", RIGS)
def test_joints_of_a_rig(rig):
    names = called(rig)
    others = ["Hips", "Spine", "Neck", "Toes", "pelvis", *RIGS[rig][3]]
    sources = sources_of([*others, *names.values()])
    found = {joint: [*others, *names.values()][sources[joint][0]] for joint in JOINTS}
    assert found == names


@pytest.mark.parametrize("layout", LAYOUTS)
def test_joints_of_a_layout(layout):
    sources = sources_of(LAYOUTS[layout])
    for joint in JOINTS[1:]:
        assert LAYOUTS[layout][sources[joint][0]] == joint
    assert sources["head"]


def test_layouts_have_as_many_joints_as_they_are_known_by():
    assert {count: len(LAYOUTS[name]) for count, name in BY_COUNT.items()} == {count: count for count in BY_COUNT}


def test_what_is_no_joint_is_left_out():
    assert sources_of(["LeftArmRoll", "LeftHandIndex1", "Tail", "", "left", "LeftToeBase"]) == {}
