"""The stages for video."""

from __future__ import annotations

from seqpipe import Stage
from seqpipe_video.frames.activity import Activity
from seqpipe_video.frames.augmentations import CropFrames, DarkenFrames, MirrorFrames, TempoFrames
from seqpipe_video.frames.clips import ReadManifest, ReadVideo
from seqpipe_video.frames.motion import MotionFeatures
from seqpipe_video.frames.timeline import WriteTimeline

FRAMES: tuple[type[Stage], ...] = (
    ReadVideo,
    ReadManifest,
    MotionFeatures,
    Activity,
    WriteTimeline,
    MirrorFrames,
    TempoFrames,
    CropFrames,
    DarkenFrames,
)
"""Registered by the plugin."""
