"""Matrix products on packed weights.

The right factor of a product is packed once into panels, (panels, depth, gates * lanes): a panel holds as many columns
of each gate as a vector register has lanes, zeros after the last. The product then reads it as sequential streams, and
the gates of a unit come out together. The width of a register depends on the instruction set and the dtype, so packed
factors are made where they are used and never stored.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqpipe.kernels.isa import instruction_set
from seqpipe.kernels.loader import unit

Array = NDArray[np.floating[Any]]
_BLOCK = (256, 96)  # steps and columns of a left factor that stay in the L2 cache while the right one streams by
_ALIGNMENT = 64  # bytes: a cache line


def pack(matrix: Array) -> Array:
    """Return ``matrix`` (depth, columns) packed as a right factor, its columns being one gate."""
    packed = empty_packed(1, matrix.shape[0], matrix.shape[1], matrix.dtype)
    unit("packing").pack(matrix, packed)
    return packed


def pack_transposed(matrix: Array, gates: int = 1) -> Array:
    """Return ``matrix.T`` packed as a right factor: matrix is (gates * columns, depth), as PyTorch lays out weights."""
    packed = empty_packed(gates, matrix.shape[1], matrix.shape[0] // gates, matrix.dtype)
    unit("packing").pack_transposed(matrix, gates, packed)
    return packed


def product(left: Array, right: Array, start: Array, out: Array) -> Array:
    """Set and return ``out = start + left @ right``, right packed; start may be out, or (1, columns) for all rows."""
    unit("product").product(left, right, start, out)
    return out


def transposed_product(left: Array, right: Array, out: Array) -> Array:
    """Set and return ``out = left.T @ right``, right packed; columns of left beyond the rows of out are left aside."""
    zeros, room = np.zeros((1, out.shape[1]), out.dtype), np.empty(_BLOCK, out.dtype)
    unit("transposed_product").transposed_product(left, right, zeros, room, out)
    return out


def empty_packed(gates: int, depth: int, columns: int, dtype: np.dtype[Any]) -> Array:
    """Return an uninitialised packed factor, (depth) by (gates * columns)."""
    lanes = instruction_set().lanes(dtype.itemsize)
    shape = (-(-columns // lanes), depth, gates * lanes)
    memory = np.empty(math.prod(shape) * dtype.itemsize + _ALIGNMENT, np.uint8)
    offset = -memory.ctypes.data % _ALIGNMENT
    return memory[offset : memory.size - _ALIGNMENT + offset].view(dtype).reshape(shape)
