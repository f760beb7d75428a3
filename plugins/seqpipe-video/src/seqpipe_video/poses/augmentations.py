"""Augmentations of poses: as other people, other cameras and other estimators would have given them."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np
from pydantic import Field

from seqpipe import Augmentation, Range, Record, Share
from seqpipe_video.poses.completion import completed, pelvis_of
from seqpipe_video.poses.pose_features import size_of
from seqpipe_video.poses.skeleton import ARMS, JOINTS, MIRRORED, Poses
from seqpipe_video.poses.time_grid import resampled


class Camera(Augmentation):
    """Poses in space as a camera sees them, from a place that is drawn; poses in images are left as they are."""

    name: ClassVar[str] = "video.camera"

    share: Share = Field(0.75, description="of the records that a camera sees; the others stay in space")
    elevation: Range = Field((-10.0, 35.0), description="of the camera above the person, in degrees")
    distance: Range = Field((3.0, 12.0), description="from the person, in metres")
    follow: float = Field(0.5, ge=0, le=1, description="the share of cameras that keep the person in the middle")

    def apply(self, record: Record, random: np.random.Generator) -> Record:
        """Return the poses in an image."""
        poses: Poses = record.payload
        if poses.shape[2] < 3 or not len(poses) or random.random() >= self.share:
            return record
        pelvis = np.nan_to_num(pelvis_of(poses))
        middle = pelvis if random.random() < self.follow else pelvis.mean(axis=0, keepdims=True)
        seen = (poses - middle[:, None]) @ _turn(
            random.uniform(0, 2 * np.pi), np.radians(random.uniform(*self.elevation))
        )
        distance = random.uniform(*self.distance) * size_of(np.nan_to_num(poses))
        depth = np.maximum(distance + seen[:, :, 2:], 0.3 * distance)
        return replace(record, payload=(seen[:, :, :2] * (distance / depth)).astype(np.float32))


class Mirror(Augmentation):
    """Poses as in a mirror: what is left becomes right."""

    name: ClassVar[str] = "video.mirror"

    share: Share = Field(0.5, description="of the records")

    def apply(self, record: Record, random: np.random.Generator) -> Record:
        """Return the poses, or what the mirror shows of them."""
        if random.random() >= self.share:
            return record
        mirrored = record.payload[:, MIRRORED].copy()
        mirrored[:, :, 0] *= -1
        return replace(record, payload=mirrored)


class Tilt(Augmentation):
    """Poses in an image that is tilted and narrower or wider, as of a camera held askew."""

    name: ClassVar[str] = "video.tilt"

    angle: float = Field(12.0, ge=0, le=180, description="degrees, at most, to either side")
    width: Range = Field((0.8, 1.2), description="what widths are multiplied by")

    def apply(self, record: Record, random: np.random.Generator) -> Record:
        """Return the poses turned around the axis of view."""
        angle = np.radians(random.uniform(-self.angle, self.angle))
        width = random.uniform(*self.width)
        sine, cosine = np.sin(angle), np.cos(angle)
        poses = record.payload.copy()
        x, y = poses[:, :, 0] * np.float32(width), poses[:, :, 1].copy()
        poses[:, :, 0], poses[:, :, 1] = cosine * x - sine * y, sine * x + cosine * y
        return replace(record, payload=poses)


class Tempo(Augmentation):
    """Poses that come faster or slower."""

    name: ClassVar[str] = "video.tempo"

    factor: Range = Field((0.92, 1.08), description="how many times as fast")

    def apply(self, record: Record, random: np.random.Generator) -> Record:
        """Return the poses at another tempo."""
        return replace(record, payload=resampled(record.payload, random.uniform(*self.factor), 1.0))


class Style(Augmentation):
    """Poses in space of somebody who moves in another style: how the body is held, how large movements are, how fast.

    What is left is what all styles of an action share. Poses in images are left as they are.
    """

    name: ClassVar[str] = "video.style"

    posture: float = Field(0.06, ge=0, description="standard deviation of where a joint is held, as a share of a metre")
    vigour: Range = Field((0.5, 1.8), description="what movements around the mean of each joint are multiplied by")
    arms: Range = Field((0.0, 4.0), description="what those of the arms are multiplied by as well")
    tempo: Range = Field((0.8, 1.25), description="how many times as fast")

    def apply(self, record: Record, random: np.random.Generator) -> Record:
        """Return the poses in a style that is drawn."""
        poses: Poses = record.payload
        if poses.shape[2] < 3 or not len(poses):
            return record
        whole = completed(poses)[0]
        pelvis = pelvis_of(whole)[:, None]
        relative = whole - pelvis
        mean = relative.mean(axis=0, keepdims=True)
        vigour = np.float32(random.uniform(*self.vigour))
        factor = np.full((len(JOINTS), 1), vigour, np.float32)
        factor[ARMS] *= np.float32(random.uniform(*self.arms))
        held = random.standard_normal(mean.shape, np.float32) * np.float32(self.posture) * size_of(relative)
        held[:, ARMS] *= 2
        path = pelvis[:1] + vigour * (pelvis - pelvis[:1])
        moved = path + mean + held + factor * (relative - mean)
        moved[np.isnan(poses)] = np.nan
        return replace(record, payload=resampled(moved, random.uniform(*self.tempo), 1.0))


class Excerpt(Augmentation):
    """A part of a longer capture."""

    name: ClassVar[str] = "video.excerpt"

    frames: Range = Field((30.0, 90.0), description="how many frames, where there are as many")

    def apply(self, record: Record, random: np.random.Generator) -> Record:
        """Return a part, which begins anywhere."""
        size = min(round(random.uniform(*self.frames)), len(record.payload))
        begin = int(random.integers(len(record.payload) - size + 1))
        return replace(record, payload=record.payload[begin : begin + size])


class Physique(Augmentation):
    """Poses of a rig or of an estimator whose joints lie elsewhere in the body, and that trembles."""

    name: ClassVar[str] = "video.physique"

    shift: float = Field(0.03, ge=0, description="standard deviation of the place of a joint, as a share of a metre")
    noise: float = Field(0.01, ge=0, description="standard deviation of its trembling, from frame to frame")
    stretch: float = Field(0.05, ge=0, description="standard deviation of how much longer each joint's distance is")

    def apply(self, record: Record, random: np.random.Generator) -> Record:
        """Return poses with joints moved."""
        poses: Poses = record.payload
        if not len(poses):
            return record
        pelvis = np.nan_to_num(pelvis_of(poses))[:, None]
        size = size_of(np.nan_to_num(poses))
        _, joints, axes = poses.shape
        noise = random.standard_normal(poses.shape, np.float32) * np.float32(self.noise * random.random() * 2)
        shift = random.standard_normal((joints, axes), np.float32) * np.float32(self.shift)
        stretch = 1 + random.standard_normal((joints, 1), np.float32) * np.float32(self.stretch)
        moved = pelvis + (poses - pelvis) * stretch + (shift + noise) * size
        return replace(record, payload=moved)


class Hide(Augmentation):
    """Poses of which some joints are not seen, for the whole time or for a while."""

    name: ClassVar[str] = "video.hide"

    share: Share = Field(0.3, description="of the records in which anything is hidden")
    most: int = Field(4, ge=1, description="joints, at most, that are hidden")

    def apply(self, record: Record, random: np.random.Generator) -> Record:
        """Return the poses without some joints."""
        frames = len(record.payload)
        if not frames or random.random() >= self.share:
            return record
        poses = record.payload.copy()
        for joint in random.choice(poses.shape[1], random.integers(1, self.most + 1), replace=False):
            begin, end = sorted(random.integers(0, frames + 1, 2)) if random.random() < 0.6 else (0, frames)
            poses[begin:end, joint] = np.nan
        return replace(record, payload=poses)


def _turn(azimuth: float, elevation: float) -> Poses:
    """Return the matrix that turns rows (x, y, z) into those of a camera around the person, looking down on them."""
    sine, cosine = np.sin(azimuth), np.cos(azimuth)
    around = np.array([[cosine, 0, -sine], [0, 1, 0], [sine, 0, cosine]])
    sine, cosine = np.sin(elevation), np.cos(elevation)
    down = np.array([[1, 0, 0], [0, cosine, sine], [0, -sine, cosine]])
    turn: Poses = (around @ down).astype(np.float32)
    return turn
