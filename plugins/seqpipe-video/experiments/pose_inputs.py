"""Writes the poses that the pipelines ship with: ``python plugins/seqpipe-video/experiments/pose_inputs.py FOLDER``.

- ``walk-and-run.json``: two people in an image, as a pose estimator would give them: 1 walks, 2 runs.
- ``walk-run-walk.csv``: somebody in space who walks, runs and walks again, three seconds each.
"""

from __future__ import annotations

import argparse
import json
from itertools import pairwise
from pathlib import Path

import numpy as np

from seqpipe_video.poses.layouts import LAYOUTS
from seqpipe_video.poses.skeleton import JOINTS, Poses
from seqpipe_video.stick_figure import stick_figure

RATE = 30
HEAD = {"nose", "left_ear", "right_ear"}


def film() -> str:
    """Return the film of two people, seen from the side, in COCO's keypoints."""
    random = np.random.default_rng(0)
    walking = stick_figure("walk", 3.0) * 110 + np.array([60, 420, 0])
    running = stick_figure("run", 2.5, phase=0.3) * np.array([-150, 150, 150]) + np.array([1500, 460, 0])
    frames = []
    for number in range(len(walking)):
        people = [{"track_id": 1, "keypoints": keypoints(walking[number], random)}]
        if number < len(running):
            people.append({"track_id": 2, "keypoints": keypoints(running[number], random)})
        frames.append({"people": people})
    head, lines = json.dumps({"fps": RATE}), ",\n".join(json.dumps(frame, separators=(",", ":")) for frame in frames)
    return f'{head[:-1]}, "frames": [\n{lines}\n]}}\n'


def keypoints(pose: Poses, random: np.random.Generator) -> list[float]:
    """Return x, y and score of each of COCO's keypoints; the eyes are not seen."""
    values: list[float] = []
    for name in LAYOUTS["coco"]:
        joint = "head" if name in HEAD else name
        if joint in JOINTS:
            x, y = pose[JOINTS.index(joint), :2] + random.normal(0, 1.0, 2)
            values += [round(float(x)), round(float(y)), round(float(random.uniform(0.7, 0.95)), 2)]
        else:
            values += [0, 0, 0]
    return values


def capture() -> str:
    """Return the capture of one person, in millimetres, x forwards, z up."""
    parts = [stick_figure("walk", 3.0, RATE), stick_figure("run", 3.0, RATE), stick_figure("walk", 3.0, RATE)]
    for before, part in pairwise(parts):
        part[:, :, 0] += before[-1, 7, 0] - part[0, 7, 0]
    poses = np.concatenate(parts)[::2]
    places = np.stack([poses[:, :, 0], poses[:, :, 2], poses[:, :, 1] * -1], axis=2) * 1000
    names = ["time", *(f"{joint}_{axis}" for joint in JOINTS for axis in "xyz")]
    rows = (
        ",".join([f"{number * 2 / RATE:.3f}", *map(str, place.round().astype(int).ravel())])
        for number, place in enumerate(places)
    )
    return "\n".join([",".join(names), *rows]) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    (folder / "walk-and-run.json").write_text(film(), encoding="utf-8")
    (folder / "walk-run-walk.csv").write_text(capture(), encoding="utf-8")


if __name__ == "__main__":
    main()
