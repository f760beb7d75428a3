"""Augmentations of video: the other side, another tempo, another place in the frame, other light."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np
from pydantic import Field

from seqpipe import Augmentation, Range, Record, Share


class MirrorFrames(Augmentation):
    """Every other video mirrored: left is right."""

    name: ClassVar[str] = "video.mirror_frames"

    share: Share = Field(0.5, description="of the videos that is mirrored")

    def apply(self, record: Record, random: np.random.Generator) -> Record:
        """Return the video as it is or mirrored."""
        if random.random() >= self.share:
            return record
        return replace(record, payload=np.ascontiguousarray(record.payload[:, :, ::-1]))


class TempoFrames(Augmentation):
    """A video that goes faster or slower: frames are left out or shown twice."""

    name: ClassVar[str] = "video.tempo_frames"

    factor: Range = Field((0.85, 1.15), description="least and greatest tempo")

    def apply(self, record: Record, random: np.random.Generator) -> Record:
        """Return the video at a tempo that is drawn."""
        factor = max(random.uniform(*self.factor), 0.1)
        count = max(round(len(record.payload) / factor), 2)
        places = np.minimum((np.arange(count) * factor).astype(np.int64), len(record.payload) - 1)
        return replace(record, payload=record.payload[places])


class CropFrames(Augmentation):
    """A part of the frame, the same in all of a video."""

    name: ClassVar[str] = "video.crop_frames"

    most: float = Field(0.15, ge=0, lt=0.9, description="the share of height and width that is cut off, at most")

    def apply(self, record: Record, random: np.random.Generator) -> Record:
        """Return the part that is drawn."""
        _, height, width = record.payload.shape
        cut = random.random() * self.most
        tall, wide = max(round(height * (1 - cut)), 16), max(round(width * (1 - cut)), 16)
        top, left = (int(random.integers(max(room, 0) + 1)) for room in (height - tall, width - wide))
        return replace(record, payload=np.ascontiguousarray(record.payload[:, top : top + tall, left : left + wide]))


class DarkenFrames(Augmentation):
    """A video in less light: grey levels are scaled down, and noise is added."""

    name: ClassVar[str] = "video.darken_frames"

    light: Range = Field((0.3, 1.0), description="least and greatest share of the light that is left")
    noise: Range = Field((0.0, 2.0), description="standard deviation of the noise, in grey levels")

    def apply(self, record: Record, random: np.random.Generator) -> Record:
        """Return the video with light and noise that are drawn."""
        light, noise = random.uniform(*self.light), random.uniform(*self.noise)
        frames = record.payload * np.float32(light)
        frames += np.float32(noise) * random.standard_normal(frames.shape, np.float32)
        return replace(record, payload=np.clip(np.rint(frames), 0, 255).astype(np.uint8))
