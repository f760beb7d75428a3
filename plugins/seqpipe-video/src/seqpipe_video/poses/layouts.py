"""Skeletons of pose estimators and data sets, known by how many joints they have."""

from __future__ import annotations

from seqpipe_video.poses.joint_names import Sources, sources_of

_COCO = (
    "nose left_eye right_eye left_ear right_ear left_shoulder right_shoulder left_elbow right_elbow left_wrist "
    "right_wrist left_hip right_hip left_knee right_knee left_ankle right_ankle"
)
_OPENPOSE = (
    "nose neck right_shoulder right_elbow right_wrist left_shoulder left_elbow left_wrist pelvis right_hip right_knee "
    "right_ankle left_hip left_knee left_ankle right_eye left_eye right_ear left_ear left_big_toe left_small_toe "
    "left_heel right_big_toe right_small_toe right_heel"
)
_MEDIAPIPE = (
    "nose left_eye_inner left_eye left_eye_outer right_eye_inner right_eye right_eye_outer left_ear right_ear "
    "mouth_left mouth_right left_shoulder right_shoulder left_elbow right_elbow left_wrist right_wrist left_pinky "
    "right_pinky left_index right_index left_thumb right_thumb left_hip right_hip left_knee right_knee left_ankle "
    "right_ankle left_heel right_heel left_foot_index right_foot_index"
)
_JHMDB = (
    "neck belly face right_shoulder left_shoulder right_hip left_hip right_elbow left_elbow right_knee left_knee "
    "right_wrist left_wrist right_ankle left_ankle"
)
_HALPE = [*_COCO.split(), "head_top", "neck", "pelvis", *(f"foot_{number}" for number in range(6))]
_OPENPOSE_18 = [*(name for name in _OPENPOSE.split()[:19] if name != "pelvis")]
_H36M = (
    "pelvis right_hip right_knee right_ankle left_hip left_knee left_ankle spine thorax neck head left_shoulder "
    "left_elbow left_wrist right_shoulder right_elbow right_wrist"
)

LAYOUTS: dict[str, list[str]] = {
    "coco": _COCO.split(),
    "openpose": _OPENPOSE.split(),
    "mediapipe": _MEDIAPIPE.split(),
    "jhmdb": _JHMDB.split(),
    "halpe": _HALPE,
    "openpose18": _OPENPOSE_18,
    "h36m": _H36M.split(),
    "coco_wholebody": [*_COCO.split(), *(f"whole_{number}" for number in range(116))],
}
"""The names of the joints of each, in order."""

BY_COUNT = {
    17: "coco",
    25: "openpose",
    33: "mediapipe",
    15: "jhmdb",
    26: "halpe",
    18: "openpose18",
    133: "coco_wholebody",
}
"""Which one has so many joints; Human3.6M's has 17 as well and must be named."""


def sources_by_count(count: int) -> Sources | None:
    """Return where the joints of the skeleton are among so many; None: no skeleton known has as many."""
    name = BY_COUNT.get(count)
    return None if name is None else sources_of(LAYOUTS[name])
