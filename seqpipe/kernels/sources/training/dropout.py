"""Random masks from counters: a value depends on its key and its column alone, not on what was drawn before it."""

from __future__ import annotations

import numpy as np

from seqpipe.kernels.annotations import Array1, Array2, Float, Out
from seqpipe.kernels.compiler import inlined, kernel

GOLDEN_GAMMA = 0x9E3779B97F4A7C15


@inlined
def scrambled(counter):
    """Return a uint64 whose bits all depend on all bits of another (SplitMix64: G. Steele et al., 2014)."""
    bits = (counter ^ (counter >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))


@kernel
def dropout_mask(keys: Array1[np.int64], threshold: int, factor: Float, mask: Out[Array2[Float]]) -> None:
    """Write 0 where 32 random bits are below a threshold, else a factor; a row of the mask for each key."""
    for row in range(len(keys)):
        start = np.uint64(keys[row])
        for column in range(mask.shape[1]):
            bits = scrambled(start + np.uint64(column + 1) * np.uint64(GOLDEN_GAMMA))
            mask[row, column] = factor if np.int64(bits >> np.uint64(32)) >= threshold else factor * 0
