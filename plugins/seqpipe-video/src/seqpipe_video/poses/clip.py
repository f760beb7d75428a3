"""What a file of poses is read into, whatever its format."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from seqpipe_video.poses.skeleton import Poses

Times = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Block:
    """Some frames: when each was taken, in seconds, shape (frames,), ascending; and the poses."""

    times: Times
    poses: Poses


@dataclass(frozen=True, slots=True)
class Clip:
    """Somebody's poses, while he or she is there.

    Attributes:
        id: of the record.
        blocks: the frames, in time.
        target: the label, if the file says it.
        columns: what else the file says.
    """

    id: str
    blocks: Iterator[Block]
    target: str | None = None
    columns: Mapping[str, Any] = field(default_factory=dict)


def at_rate(poses: Poses, rate: float) -> Block:
    """Return frames that come at a fixed rate, the first one at 0 s."""
    return Block(np.arange(len(poses)) / rate, poses)
