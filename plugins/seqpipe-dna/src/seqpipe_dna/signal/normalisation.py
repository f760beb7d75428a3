"""Signal to numbers around 0 whose usual distance from it is 1, whatever the pore, its voltage and its amplifier."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from seqpipe_dna.signal.raw_read import Samples

SHORTEST = 64
"""Samples below which a read holds too little to tell its level and spread; six bases have about as many."""

DEVIATIONS = 1.4826
"""Standard deviations of a normal distribution in its median absolute deviation."""

_WINDOW = 128  # samples; some 14 bases
_MOST_WINDOWS = 256  # of a long read, evenly spaced, that are looked at: medians take time
_STILL = 0.25  # the share of the usual spread within a window, below which the strand stands still
_FAR = 3.0  # spreads of the read from its level, beyond which a window is no strand: an open pore, a blocked one
_LIMIT = np.float32(8.0)  # of what comes out: spikes of the amplifier are cut off there


def estimate(samples: npt.NDArray[Any]) -> tuple[float, float]:
    """Return the level and the spread of a read: the median, and the median absolute deviation times 1.4826.

    A long read is looked at in evenly spaced places. Stretches in which no strand moves through the pore are left out,
    as far as they are at most half of the read: the pore is open or blocked (far from the level of the rest), or the
    strand stalls (hardly any change). The spread is 0 where the signal is constant.

    Args:
        samples: of shape (length,), finite, at least one.
    """
    count = len(samples) // _WINDOW
    if count < 4:
        return _median_and_deviation(samples)
    windows = samples[: count * _WINDOW].reshape(count, _WINDOW)[:: -(-count // _MOST_WINDOWS)]
    levels = np.median(windows, axis=1)
    spreads = np.median(np.abs(windows - levels[:, None]), axis=1)
    moving = spreads >= _STILL * np.quantile(spreads, 0.75)
    centre = float(np.median(levels[moving]))
    usual = max(DEVIATIONS * float(np.median(spreads[moving])), 1e-12)
    kept = moving & (np.abs(levels - centre) <= _FAR * usual)
    return _median_and_deviation(windows[kept] if kept.any() else samples)


def normalise(samples: npt.NDArray[Any], level: float, spread: float) -> Samples:
    """Return (samples - level) / spread as float32, within -8 and 8."""
    scaled = (samples.astype(np.float32) - np.float32(level)) / np.float32(spread)
    return np.clip(scaled, -_LIMIT, _LIMIT, out=scaled)


def _median_and_deviation(samples: npt.NDArray[Any]) -> tuple[float, float]:
    level = np.median(samples)
    return float(level), DEVIATIONS * float(np.median(np.abs(samples - level)))
