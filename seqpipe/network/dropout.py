"""Dropout (N. Srivastava et al., 2014) with masks that depend on the sequence and the position, not on the batch."""

from __future__ import annotations

from zlib import crc32

import numpy as np
import numpy.typing as npt

from seqpipe.data import indices_of_ranges
from seqpipe.kernels import unit
from seqpipe.network.arrays import Float, Int64
from seqpipe.seeds import mixed_seed


def position_keys(names: list[str], offsets: Int64, seed: int) -> Int64:
    """Return a key for each position of ragged sequences: int64, shape (total,).

    Args:
        names: of the sequences; equal ones get equal keys.
        offsets: of the sequences.
        seed: other seeds, other keys.
    """
    rows = np.array([mixed_seed(crc32(name.encode()), seed) for name in names], np.int64)
    lengths = np.diff(offsets)
    return np.repeat(rows, lengths) ^ (indices_of_ranges(0, lengths) * np.int64(0x2545F4914F6CDD1D))


def dropout_mask(keys: Int64, width: int, rate: float, dtype: npt.DTypeLike = np.float32) -> Float:
    """Return factors, 0 with probability ``rate`` and else 1 / (1 - rate): shape (keys, width)."""
    mask = np.empty((len(keys), width), dtype)
    unit("dropout").dropout_mask(keys, int(rate * 2**32), 1.0 / (1.0 - rate), mask)
    return mask
