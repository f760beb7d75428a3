"""Joints by their names, as rigs and estimators call them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from seqpipe_video.poses.skeleton import JOINTS, Poses

_PARTS = {
    "head": ("head", "face", "skull", "nose", "headtop", "tophead"),
    "shoulder": ("upperarm", "uparm", "arm", "humerus", "shoulder", "shldr", "collar", "clavicle"),
    "elbow": ("elbow", "forearm", "lowerarm", "lowarm", "loarm", "radius", "ulna"),
    "wrist": ("wrist", "hand"),
    "hip": ("upleg", "upperleg", "thigh", "femur", "hip", "buttock", "hipjoint"),
    "knee": ("knee", "lowerleg", "lowleg", "loleg", "shin", "calf", "tibia", "leg"),
    "ankle": ("ankle", "foot"),
}
"""What a joint is called, the best name first: where a rig has an arm as well, its shoulder is the collarbone."""

_SIDES = {"left": "left", "l": "left", "lt": "left", "lf": "left", "right": "right", "r": "right", "rt": "right"}
_EMPTY_WORDS = frozenset(
    {
        "j",
        "b",
        "c",
        "bip",
        "bone",
        "jnt",
        "joint",
        "def",
        "org",
        "skeleton",
        "valve",
        "valvebiped",
        "biped",
        "rig",
        "mixamorig",
    }
)
_KNOWN = frozenset(name for names in _PARTS.values() for name in names)

Sources = Mapping[str, tuple[int, ...]]
"""For each joint of the skeleton, which joints of a source it is the middle of."""


def sources_of(names: Sequence[str]) -> Sources:
    """Return where each joint of the skeleton is among joints that are called so; joints that are not are left out.

    A name is taken for what it says in any spelling: ``LeftUpLeg``, ``l_hip``, ``thigh.L``, ``Bip01 L Thigh``,
    ``mixamorig:LeftUpLeg``, ``lfemur``.
    """
    places: dict[tuple[str, str], int] = {}
    for place, name in enumerate(names):
        places.setdefault(_side_and_part(name), place)
    sources: dict[str, tuple[int, ...]] = {}
    face = [places[key] for key in (("", "nose"), ("left", "ear"), ("right", "ear")) if key in places]
    for joint in JOINTS:
        side, _, part = joint.rpartition("_")
        if joint == "head" and len(face) > 1:
            sources[joint] = tuple(face)
            continue
        for called in _PARTS[part]:
            if (side, called) in places:
                sources[joint] = (places[side, called],)
                break
    return sources


def missing_joints(sources: Sources) -> list[str]:
    """Return the joints that a source must have and has not; head, elbows and wrists may be missing."""
    return [joint for joint in JOINTS if joint not in sources and not joint.endswith(("head", "elbow", "wrist"))]


def mapped(points: npt.NDArray[np.floating], sources: Sources) -> Poses:
    """Return the poses of points of a source: shape (frames, joints of the source, 2 or 3) to (frames, 13, 2 or 3).

    What is in the middle of several joints is in the middle of those that are seen.
    """
    poses = np.full((len(points), len(JOINTS), points.shape[2]), np.nan, np.float32)
    alone = [place for place, joint in enumerate(JOINTS) if len(sources.get(joint, ())) == 1]
    poses[:, alone] = points[:, [sources[JOINTS[place]][0] for place in alone]]
    for place, joint in enumerate(JOINTS):
        if len(of_joint := sources.get(joint, ())) > 1:
            several = points[:, list(of_joint)]
            count = (~np.isnan(several)).sum(axis=1)
            middle = np.nan_to_num(several, posinf=np.inf, neginf=-np.inf).sum(axis=1) / np.maximum(count, 1)
            poses[:, place] = np.where(count > 0, middle, np.nan)
    return poses


def _side_and_part(name: str) -> tuple[str, str]:
    """Return the side, empty for the middle, and the rest of the name in small letters without separators."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name.rpartition(":")[2])
    words = [word for word in re.split(r"[^a-z0-9]+", spaced.lower()) if word]
    words = [word for word in words if not (word in _EMPTY_WORDS or re.fullmatch(r"bip\d+", word))]
    side = next((_SIDES[word] for word in words if word in _SIDES), "")
    part = "".join(word for word in words if word not in _SIDES)
    if not side:
        side, part = _glued(part)
    return side, part


def _glued(part: str) -> tuple[str, str]:
    """Return side and part of a word such as ``lfemur``, ``leftfoot`` or ``handr``."""
    for begin in ("left", "right", "l", "r"):
        if part.startswith(begin) and part[len(begin) :] in _KNOWN:
            return _SIDES[begin], part[len(begin) :]
        if part.endswith(begin) and part[: -len(begin)] in _KNOWN:
            return _SIDES[begin], part[: -len(begin)]
    return "", part


def joined(joints: Sequence[str]) -> str:
    """Return joints for a message, the first few of them."""
    named = ", ".join(joint.replace("_", " ") for joint in joints[:3])
    return named if len(joints) <= 3 else f"{named} (and {len(joints) - 3} more)"
