"""The camera's own motion, and what moves beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from seqpipe_video.frames.flow import Flow
from seqpipe_video.frames.images import Images

_ROUNDS = 5
_OUTLIER = np.float32(0.5)  # pixels; what deviates by more counts less and less
_LEAST_WEIGHT = np.float32(1e-3)

Vector = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False, slots=True)
class Motion:
    """The motion between pairs of frames.

    Attributes:
        pan, tilt, zoom: of the background; pixels to the right and downwards at the middle, and pixels outwards at the
            distance of half a width from it. Each of shape (pairs,).
        right, down: the flow of everything with that taken out, times its confidence. Shape (pairs, height, width).
    """

    pan: Vector
    tilt: Vector
    zoom: Vector
    right: Images
    down: Images


def centred_places(height: int, width: int) -> tuple[Images, Images]:
    """Return where pixels lie, x and y from the middle in halves of the width; shapes (1, width), (height, 1)."""
    half = np.float32(width / 2)
    x = (np.arange(width, dtype=np.float32) - np.float32((width - 1) / 2)) / half
    y = (np.arange(height, dtype=np.float32) - np.float32((height - 1) / 2)) / half
    return x[None, :], y[:, None]


def without_camera(flow: Flow) -> Motion:
    """Fit one shift and one zoom to the flow, in which what moves by itself counts little, and take them out.

    Weighted least squares, repeated with weights that fall with the deviation (P. Holland, R. Welsch, 1977; Cauchy's).
    """
    x, y = centred_places(*flow.right.shape[1:])
    trusted = flow.confidence + _LEAST_WEIGHT
    weight = trusted
    for _ in range(_ROUNDS):
        total = _summed(weight)
        mean_x, mean_y = _summed(weight * x) / total, _summed(weight * y) / total
        mean_right, mean_down = _summed(weight * flow.right) / total, _summed(weight * flow.down) / total
        from_x, from_y = x - mean_x, y - mean_y
        radii = _summed(weight * (from_x * from_x + from_y * from_y)) + np.float32(1e-3)
        zoom = _summed(weight * (from_x * flow.right + from_y * flow.down)) / radii
        right = flow.right - mean_right - zoom * from_x
        down = flow.down - mean_down - zoom * from_y
        weight = trusted / (1 + (right * right + down * down) / (_OUTLIER * _OUTLIER))
    pan, tilt = mean_right - zoom * mean_x, mean_down - zoom * mean_y
    moving = right * flow.confidence, down * flow.confidence
    return Motion(pan[:, 0, 0], tilt[:, 0, 0], zoom[:, 0, 0], *moving)


def _summed(images: npt.NDArray[Any]) -> Images:
    sums: Images = images.sum(axis=(1, 2), keepdims=True)
    return sums
