"""The one skeleton that poses of all sources are mapped to."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Poses = npt.NDArray[np.float32]
"""Shape (frames, 13, 2) or (frames, 13, 3): `JOINTS`, x to the right, y down, z away; NaN where a joint is not seen."""

JOINTS = (
    "head",
    "left_shoulder",
    "right_shoulder",
    "left_elbow",
    "right_elbow",
    "left_wrist",
    "right_wrist",
    "left_hip",
    "right_hip",
    "left_knee",
    "right_knee",
    "left_ankle",
    "right_ankle",
)
"""What every source has: estimators, motion capture and marks by hand differ in all others."""

HEAD = 0
LEFT_SHOULDER, RIGHT_SHOULDER = 1, 2
LEFT_HIP, RIGHT_HIP = 7, 8
LEFT_KNEE, RIGHT_KNEE = 9, 10
LEFT_ANKLE, RIGHT_ANKLE = 11, 12

ARMS = np.arange(3, 7)
"""Elbows and wrists."""

MIRRORED = np.array([0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11])
"""The joint of the other side, for each joint."""

BONES = np.array([(1, 3), (3, 5), (2, 4), (4, 6), (7, 9), (9, 11), (8, 10), (10, 12), (1, 2), (7, 8)])
"""Pairs of joints with a bone between them; head and trunk begin between the shoulders and between the hips."""

NEUTRAL = np.array(
    [
        (0.0, -0.76, 0.0),
        (-0.02, -0.51, 0.17),
        (-0.02, -0.51, -0.17),
        (-0.03, -0.22, 0.2),
        (-0.03, -0.22, -0.2),
        (0.05, 0.02, 0.2),
        (0.05, 0.02, -0.2),
        (0.0, 0.0, 0.1),
        (0.0, 0.0, -0.1),
        (0.02, 0.42, 0.1),
        (0.02, 0.42, -0.1),
        (0.0, 0.84, 0.1),
        (0.0, 0.84, -0.1),
    ],
    np.float32,
)
"""Somebody who stands and looks along x, in metres from the pelvis: what joints that are never seen are taken for."""
