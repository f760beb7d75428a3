"""The stages for video."""

from __future__ import annotations

from seqpipe import Stage
from seqpipe_video.frames.activity import Activity
from seqpipe_video.frames.clips import ReadManifest, ReadVideo
from seqpipe_video.frames.motion import MotionFeatures

FRAMES: list[type[Stage]] = [ReadVideo, ReadManifest, MotionFeatures, Activity]
"""Registered by the plugin."""
