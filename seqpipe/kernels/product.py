"""Matrix products on packed weights.

The right factor of a product is packed once into panels one vector register wide, (vectors, depth, lanes), zeros
after the last column: the product then reads it as sequential streams. The width of a register depends on the
instruction set and the dtype, so packed factors are made where they are used and never stored.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqpipe.kernels.isa import instruction_set
from seqpipe.kernels.loader import unit

Array = NDArray[np.floating[Any]]
_ALIGNMENT = 64  # bytes: a cache line


def pack(matrix: Array) -> Array:
    """Return ``matrix`` (depth, columns) packed as a right factor."""
    packed = _empty_packed(matrix.shape[0], matrix.shape[1], matrix.dtype)
    unit("product").pack(matrix, packed)
    return packed


def pack_transposed(matrix: Array) -> Array:
    """Return ``matrix.T`` packed as a right factor: matrix is (columns, depth), as PyTorch lays out weights."""
    packed = _empty_packed(matrix.shape[1], matrix.shape[0], matrix.dtype)
    unit("product").pack_transposed(matrix, packed)
    return packed


def product(left: Array, right: Array, start: Array, out: Array) -> Array:
    """Set and return ``out = start + left @ right``, right packed; start may be out, or (1, columns) for all rows."""
    unit("product").product(left, right, start, out)
    return out


def add_transposed_product(left: Array, right: Array, out: Array) -> Array:
    """Set and return ``out += left.T @ right``, right packed; columns of left beyond the rows of out are left aside."""
    unit("product").add_transposed_product(left, right, out)
    return out


def _empty_packed(depth: int, columns: int, dtype: np.dtype[Any]) -> Array:
    lanes = instruction_set().lanes(dtype.itemsize)
    shape = (-(-columns // lanes), depth, lanes)
    memory = np.empty(shape[0] * depth * lanes * dtype.itemsize + _ALIGNMENT, np.uint8)
    offset = -memory.ctypes.data % _ALIGNMENT
    return memory[offset : memory.size - _ALIGNMENT + offset].view(dtype).reshape(shape)
