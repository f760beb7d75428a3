"""How a body rises and sinks over its feet.

In walking the body swings over a straight leg, and is highest when the feet pass each other; in running it bounces, and
is lowest then (G. Cavagna, N. Heglund, C. Taylor: Mechanical work in terrestrial locomotion, 1977). That holds at any
speed and in nearly any style. In most kinds of running there is also a time without a foot on the ground.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]

GAIT = 5
"""Numbers a frame."""

_AROUND = 0.5
"""Seconds before and after a frame, over which it is compared with the mean: about a stride."""

_GROUND = 0.1
"""The share of frames in which the lower foot is below the ground, because it is not measured exactly."""

_STILL = (0.003, 0.02)
"""Deviations of the pelvis' height and of the feet's distance, in metres, below which nobody walks."""

_MOST = 4.0


def gait(pelvis: Float32, ankles: Float32, apart: Float32, rate: float) -> Float32:
    """Return how somebody rises and sinks: shape (frames, `GAIT`), in standard units.

    The pelvis' height from its mean in about a second, the height of the lower foot over the ground, that of the left
    and of the right one, and how well the first goes along with the feet's distance: a number whose mean is the
    correlation of both.

    Args:
        pelvis: its height, upwards: shape (frames,).
        ankles: their heights, upwards: shape (frames, 2).
        apart: the distance between the feet: shape (frames,).
        rate: frames a second.
    """
    if not len(pelvis):
        return np.empty((0, GAIT), np.float32)
    reach = round(_AROUND * rate)
    rise, spread = (_from_mean(values.astype(np.float64), reach) for values in (pelvis, apart))
    product = rise * spread / (max(rise.std(), _STILL[0]) * max(spread.std(), _STILL[1]))
    lower = ankles.min(axis=1)
    place = int(_GROUND * (len(lower) - 1))
    ground = np.partition(lower, place)[place]
    columns = [rise, lower - ground, ankles[:, 0] - ground, ankles[:, 1] - ground, np.clip(product, -_MOST, _MOST)]
    return np.stack(columns, axis=1).astype(np.float32)


def _from_mean(values: Float64, reach: int) -> Float64:
    """Return values minus their mean over so many before and after each."""
    sums = np.concatenate([np.zeros(1), np.cumsum(values)])
    rows = np.arange(len(values))
    first, last = np.maximum(rows - reach, 0), np.minimum(rows + reach + 1, len(values))
    around: Float64 = (sums[last] - sums[first]) / (last - first)
    return values - around
