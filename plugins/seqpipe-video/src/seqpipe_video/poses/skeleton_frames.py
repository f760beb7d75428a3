"""The tokenizer that turns poses into frames."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

import numpy as np

from seqpipe import Batch, ConfigError, Incoming, Ragged, Record, RecordError, Spec, Step, Tokenizer
from seqpipe_video.poses.pose_features import WIDTH, pose_features
from seqpipe_video.poses.skeleton import JOINTS, Poses


class SkeletonFrames(Tokenizer):
    """Poses as frames that do not depend on place, size, or direction of view: joints, how they move, which are missing.

    Of poses in space each is seen from its side; poses in images are taken as they are.
    """

    name: ClassVar[str] = "video.skeleton"

    def build(self, incoming: Incoming) -> Step:
        """Take poses whose rate is known; give float32 frames.

        Raises:
            ConfigError: something else comes in.
        """
        spec = incoming.spec.require(self.name, "poses")
        if not spec.rate:
            raise ConfigError(f"{self.name} needs poses whose rate is known", "read them with video.poses")
        out = Spec("frames", "float32", WIDTH, rate=spec.rate, streamable=False)
        return Step.of_positions(out, partial(_frames, rate=spec.rate))


def _frames(batch: Batch, rate: float) -> Ragged:
    return Ragged.of([pose_features(_poses(record), rate) for record in batch.records], np.float32, WIDTH)


def _poses(record: Record) -> Poses:
    poses = record.payload
    if not (
        isinstance(poses, np.ndarray)
        and poses.dtype == np.float32
        and poses.ndim == 3
        and poses.shape[1:] in {(len(JOINTS), 2), (len(JOINTS), 3)}
    ):
        array = f"array of {poses.dtype}, shape {poses.shape}" if isinstance(poses, np.ndarray) else ""
        raise RecordError(
            f"{array or type(poses).__name__} where poses are needed",
            f"read poses, or give an array of float32, shape (frames, {len(JOINTS)}, 2 or 3)",
            record.location,
        )
    return poses
