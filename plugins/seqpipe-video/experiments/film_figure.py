"""Make the video that the pipeline activity is shipped with: a figure that walks, then one that runs.

python plugins/seqpipe-video/experiments/film_figure.py OUT.mp4
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from render_figures import NAMES, RATE, filmed, written

from seqpipe_video.poses.skeleton import JOINTS
from seqpipe_video.stick_figure import stick_figure

SECONDS = 4.0
TURNED = 0.5  # of the way to the line of sight, in radians


def joints_of(action: str) -> np.ndarray:
    """Return the joints that are drawn, shape (frames, 15, 3), of somebody who passes by."""
    poses = dict(zip(JOINTS, stick_figure(action, SECONDS, RATE).transpose(1, 0, 2), strict=True))
    sides = {"l": "left", "r": "right"}
    renamed = {"hand": "wrist", "foot": "ankle"}
    joints = []
    for name in NAMES:
        part, _, side = name.partition("_")
        if side:
            joints.append(poses[f"{sides[side]}_{renamed.get(part, part)}"])
        elif part == "head":
            joints.append(poses["head"])
        else:
            pair = "shoulder" if part == "neck" else "hip"
            joints.append((poses[f"left_{pair}"] + poses[f"right_{pair}"]) / 2)
    placed = np.stack(joints, axis=1) * [1, 1, 1]
    placed[..., 0] -= placed[:, NAMES.index("pelvis"), 0].mean()
    x, z = placed[..., 0].copy(), placed[..., 2].copy()
    placed[..., 0], placed[..., 2] = np.cos(TURNED) * x - np.sin(TURNED) * z, np.sin(TURNED) * x + np.cos(TURNED) * z
    return placed


def main() -> None:
    shots = [
        filmed(joints_of(action), np.random.default_rng(seed), flat=False)
        for action, seed in (("walk", 14), ("run", 11))
    ]
    written(np.concatenate(shots), Path(sys.argv[1]), 26)


if __name__ == "__main__":
    main()
