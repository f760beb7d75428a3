"""Optical flow: where each part of an image is in the next one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from seqpipe_video.frames.images import Images, box_mean, displaced, double_size, gradients, half_size

_LEVELS = 3
_REACH = 3  # of the window in which the flow is taken to be the same, in pixels
_DAMPING = np.float32(0.02)  # keeps flow small where there is little to hold on to
_FURTHEST = np.float32(2)  # pixels that a level may add
_REFINEMENTS = 2  # at the coarsest level; one at all others


@dataclass(frozen=True, eq=False, slots=True)
class Flow:
    """Flow of pairs of images, each array of shape (pairs, height, width).

    Attributes:
        right, down: pixels that what is here moves until the next image.
        confidence: how much there is to hold on to, from 0 to 1: little on bare walls and in the dark.
    """

    right: Images
    down: Images
    confidence: Images


def optical_flow(images: Images) -> Flow:
    """Return the flow from each image to the next (B. Lucas, T. Kanade, 1981, from coarse to fine).

    Args:
        images: equalised; the sides at least 16 pixels.
    """
    pyramid = [images]
    for _ in range(_LEVELS - 1):
        pyramid.append(half_size(pyramid[-1]))
    right = down = np.zeros_like(pyramid[-1][1:])
    least = right
    for level, whole in enumerate(reversed(pyramid)):
        before, after = whole[:-1], whole[1:]
        if level:
            height, width = whole.shape[1:]
            right, down = (box_mean(2 * double_size(part, height, width), 1) for part in (right, down))
        for _ in range(1 if level else _REFINEMENTS):
            right, down, least = _refined(before, after, right, down)
    return Flow(right, down, least / (least + np.float32(0.05)))


def _refined(before: Images, after: Images, right: Images, down: Images) -> tuple[Images, Images, Images]:
    """Return a flow that fits better, and the lesser eigenvalue of the matrix that it is solved from."""
    moved = displaced(after, right, down)
    slope_x, slope_y = gradients((before + moved) * np.float32(0.5))
    change = moved - before
    xx = box_mean(slope_x * slope_x, _REACH) + _DAMPING
    yy = box_mean(slope_y * slope_y, _REACH) + _DAMPING
    xy = box_mean(slope_x * slope_y, _REACH)
    xt = box_mean(slope_x * change, _REACH)
    yt = box_mean(slope_y * change, _REACH)
    determinant = np.maximum(xx * yy - xy * xy, np.float32(1e-6))
    right = right + np.clip((xy * yt - yy * xt) / determinant, -_FURTHEST, _FURTHEST)
    down = down + np.clip((xy * xt - xx * yt) / determinant, -_FURTHEST, _FURTHEST)
    half = (xx + yy) * np.float32(0.5)
    least = half - np.sqrt(np.maximum(half * half - determinant, 0)) - _DAMPING
    return right, down, np.maximum(least, 0)
