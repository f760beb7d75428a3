"""A figure of sticks that walks or runs: samples of our own making, for both kinds of input."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from seqpipe_video.poses.skeleton import JOINTS, Poses

STICKS = (
    ("left_shoulder", "left_elbow"),
    ("left_elbow", "left_wrist"),
    ("right_shoulder", "right_elbow"),
    ("right_elbow", "right_wrist"),
    ("left_hip", "left_knee"),
    ("left_knee", "left_ankle"),
    ("right_hip", "right_knee"),
    ("right_knee", "right_ankle"),
    ("left_shoulder", "right_shoulder"),
    ("left_hip", "right_hip"),
    ("left_shoulder", "left_hip"),
    ("right_shoulder", "right_hip"),
)
"""What is drawn between joints; the head is a disc."""

_THIGH, _SHANK, _TRUNK, _HEAD, _UPPER_ARM, _FOREARM = 0.42, 0.42, 0.51, 0.25, 0.29, 0.25
_HIP, _SHOULDER = 0.1, 0.18
_BENT = 0.79
"""From the hip to the foot that stands, at the lowest."""

Angles = npt.NDArray[np.float64]


def stick_figure(
    action: Literal["walk", "run"], seconds: float, rate: float = 30.0, *, tempo: float = 1.0, phase: float = 0.0
) -> Poses:
    """Return somebody who walks or runs to the right, in metres, the ground at y = 0.

    Args:
        action: what is done.
        seconds: how long.
        rate: frames a second.
        tempo: 1 for the usual one.
        phase: where in the stride it begins, from 0 to 1.

    Returns:
        Shape (frames, 13, 3), as `JOINTS`; x to the right, y down, z away, so that (x, y) is the view from the side.
    """
    time = np.arange(round(seconds * rate)) / rate
    running = action == "run"
    strides, speed = (1.42, 3.4) if running else (0.95, 1.35)
    left = phase + time * strides * tempo
    legs = [_leg(cycle % 1.0, running=running) for cycle in (left, left + 0.5)]
    arms = [_arm(cycle % 1.0, running=running) for cycle in (left + 0.5, left)]
    lean = np.radians(9.0 if running else 3.0)
    if running:  # it bounces, and is lowest over the foot that stands
        height = _BENT + 0.04 * (1 - np.cos(4 * np.pi * (left - 0.15)))
    else:  # it swings over a straight leg
        height = np.maximum(*(foot[:, 1] for _, foot in legs))
    pelvis = np.stack([time * speed * tempo, -height - 0.08, np.zeros_like(time)], axis=1)
    chest = pelvis + np.array([np.sin(lean) * _TRUNK, -np.cos(lean) * _TRUNK, 0.0])
    joints = {"head": chest + np.array([np.sin(lean) * _HEAD, -np.cos(lean) * _HEAD, 0.0])}
    for side, z, (knee, foot), (elbow, wrist) in zip(("left", "right"), (1.0, -1.0), legs, arms, strict=True):
        hip, shoulder = pelvis + np.array([0.0, 0.0, z * _HIP]), chest + np.array([0.0, 0.0, z * _SHOULDER])
        joints |= {f"{side}_hip": hip, f"{side}_knee": hip + knee, f"{side}_ankle": hip + foot}
        joints |= {f"{side}_shoulder": shoulder, f"{side}_elbow": shoulder + elbow, f"{side}_wrist": shoulder + wrist}
    return np.stack([joints[name] for name in JOINTS], axis=1).astype(np.float32)


def _leg(cycle: Angles, *, running: bool) -> tuple[Angles, Angles]:
    """Return knee and ankle, from the hip; the stride's cycle begins where the foot touches the ground."""
    if running:
        hip = 15 + 32 * np.cos(2 * np.pi * (cycle - 0.92))
        knee = 15 + 25 * _hump(cycle, 0.15, 0.09) + 85 * _hump(cycle, 0.66, 0.13)
    else:
        hip = 8 + 21 * np.cos(2 * np.pi * (cycle - 0.97))
        knee = 5 + 12 * _hump(cycle, 0.15, 0.07) + 55 * _hump(cycle, 0.72, 0.1)
    upper, lower = np.radians(hip), np.radians(hip - knee)
    thigh = _THIGH * np.stack([np.sin(upper), np.cos(upper), np.zeros_like(upper)], axis=1)
    return thigh, thigh + _SHANK * np.stack([np.sin(lower), np.cos(lower), np.zeros_like(lower)], axis=1)


def _arm(cycle: Angles, *, running: bool) -> tuple[Angles, Angles]:
    """Return elbow and wrist, from the shoulder; the arm goes with the leg of the other side."""
    swing, bend = (40.0, 85.0) if running else (22.0, 20.0)
    shoulder = (-10 if running else 0) + swing * np.cos(2 * np.pi * cycle)
    upper, lower = np.radians(shoulder), np.radians(shoulder + bend)
    arm = _UPPER_ARM * np.stack([np.sin(upper), np.cos(upper), np.zeros_like(upper)], axis=1)
    return arm, arm + _FOREARM * np.stack([np.sin(lower), np.cos(lower), np.zeros_like(lower)], axis=1)


def _hump(cycle: Angles, place: float, width: float) -> Angles:
    """Return a bell around a place of the cycle."""
    distance = (cycle - place + 0.5) % 1.0 - 0.5
    bell: Angles = np.exp(-0.5 * (distance / width) ** 2)
    return bell
