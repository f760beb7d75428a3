"""Examples of the stages for poses, for the conformance kit, where the default ones do not do."""

from __future__ import annotations

import io
import json

import numpy as np

from seqpipe import Example, Spec
from seqpipe.testing import stage
from seqpipe_video.moments import Moments
from seqpipe_video.poses.augmentations import Camera, Excerpt, Hide, Mirror, Physique, Style, Tempo, Tilt
from seqpipe_video.poses.pose_reader import ReadPoses
from seqpipe_video.poses.skeleton import JOINTS, Poses
from seqpipe_video.poses.skeleton_frames import SkeletonFrames
from seqpipe_video.stick_figure import stick_figure

POSES = Spec("poses", "float32", rate=30.0)
ACTIONS = ("walk", "run", "walk", "run")


def pose_examples() -> list[Example]:
    """Return them."""
    people = [stick_figure("walk", 1.0), stick_figure("run", 0.7), stick_figure("walk", 0.1), stick_figure("run", 2.0)]
    people[0][5:9, 3] = np.nan
    flat = [np.ascontiguousarray(poses[:, :, :2]) for poses in people]
    some = [*people[:2], flat[2], people[3][:0], flat[3][:1]]
    windows = SkeletonFrames(window=0.5, stride=0.2)
    core = stage("core", "core.gru", hidden=4, output="pooled", bidirectional=True)
    segments = (windows, core, stage("decoder", "core.segments", each="window"))
    augmentations = (Camera(share=0.9), Excerpt(), Hide(share=0.9), Mirror(), Physique(), Style(), Tempo(), Tilt())
    files = [_archive(people), _film(flat[0]), _film(flat[1])]
    return [
        *(Example(reader, files) for reader in (ReadPoses(), ReadPoses(rate=20.0), ReadPoses(piece=0.3))),
        *(Example(tokenizer, some, POSES) for tokenizer in (SkeletonFrames(), windows)),
        Example(Moments(), people, POSES, segments, targets=ACTIONS),
        *(Example(augmentation, people, POSES, targets=ACTIONS) for augmentation in augmentations),
    ]


def _archive(people: list[Poses]) -> bytes:
    held = io.BytesIO()
    lengths = [len(poses) for poses in people]
    places = np.nan_to_num(np.concatenate(people))
    np.savez(held, xyz=places, length=lengths, joint=np.array(JOINTS), fps=30, action=np.array(ACTIONS))
    return held.getvalue()


def _film(poses: Poses) -> bytes:
    frames = [
        {joint: place for joint, place in zip(JOINTS, frame.tolist(), strict=True) if not np.isnan(place).any()}
        for frame in poses.round(3)
    ]
    return json.dumps({"fps": 30, "frames": frames}).encode()
