"""The stages for poses."""

from __future__ import annotations

import seqpipe
from seqpipe_video.moments import Moments
from seqpipe_video.poses.augmentations import Camera, Excerpt, Hide, Mirror, Physique, Style, Tempo, Tilt
from seqpipe_video.poses.pose_reader import ReadPoses
from seqpipe_video.poses.skeleton_frames import SkeletonFrames

POSES: tuple[type[seqpipe.Stage], ...] = (
    ReadPoses,
    SkeletonFrames,
    Camera,
    Excerpt,
    Hide,
    Mirror,
    Physique,
    Tempo,
    Tilt,
    Style,
    Moments,
)
"""All of them."""
