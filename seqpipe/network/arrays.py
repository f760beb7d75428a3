"""Types of arrays, and checks of what indexes other arrays: kernels do not check bounds."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Float = npt.NDArray[np.floating[Any]]
Float64 = npt.NDArray[np.float64]
Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
UInt8 = npt.NDArray[np.uint8]


def check_length(name: str, array: npt.NDArray[Any], length: int) -> None:
    """Raise ValueError unless the array has ``length`` rows."""
    if len(array) != length:
        raise ValueError(f"{name} must have {length} rows, not {len(array)}")


def check_ids(name: str, ids: npt.NDArray[Any], lowest: int, count: int) -> None:
    """Raise ValueError unless all ids are at least ``lowest`` and less than ``count``."""
    if ids.size and not (lowest <= ids.min() and ids.max() < count):
        raise ValueError(f"{name} must be from {lowest} to {count - 1}, found {ids.min()} to {ids.max()}")


def check_offsets(name: str, offsets: Int64, total: int) -> None:
    """Raise ValueError unless the offsets ascend from 0 to ``total``."""
    descents = np.count_nonzero(offsets[1:] < offsets[:-1])
    if descents or not (offsets.size and offsets[0] == 0 and offsets[-1] == total):
        raise ValueError(f"{name} must ascend from 0 to {total}")


def longest(offsets: Int64) -> int:
    """Return the length of the longest row, 0 if there is none."""
    return int(np.diff(offsets).max(initial=0))
