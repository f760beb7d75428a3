"""Matrix products with weights of bytes: for one sequence at a time, where reading the weights is what takes time.

A matrix is rows of whole numbers from -127 to 127, each with one scale: ``weight = scale * q``. What is multiplied with
it becomes bytes row by row in the same way; the sums are exact in int32, so equal bits on every CPU.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from seqpipe.kernels.integer_dots import OFFSET, integer_dot
from seqpipe.kernels.loader import unit

Int8 = NDArray[np.int8]
Int32 = NDArray[np.int32]
Float32 = NDArray[np.float32]

_LEAST = np.float32(1e-30)  # a row of smaller numbers becomes zeros
_ALIGNMENT = 64  # bytes: a cache line
_MOST_ROWS = 32  # of a left factor at once: their sums stay in the L2 cache
_WHOLE = 16  # bytes are written so many at a time, or fewer


class Quantized(NamedTuple):
    """A matrix in bytes: values from -127 to 127, (rows, columns...), and scales, (rows,)."""

    values: Int8
    scales: Float32

    def widen(self) -> Float32:
        """Return the matrix in float32, exactly."""
        return self.values * self.scales.reshape(-1, *(1,) * (self.values.ndim - 1))


def quantize(matrix: Float32) -> Quantized:
    """Return the nearest matrix in bytes, with one scale for each row, (rows, columns...).

    The scale is the row's largest magnitude over 127, rounded up to 16 significant bits. So a number times its scale
    is exact in float32, and what was widened is quantized to the same numbers and scales again.
    """
    rows = matrix.reshape(len(matrix), -1)
    largest = np.abs(rows).max(axis=1, initial=0)
    largest[largest < _LEAST] = 0
    scales = (((largest / np.float32(127)).view(np.uint32) + 0xFF) & 0xFFFFFF00).astype(np.uint32).view(np.float32)
    inverse = np.divide(np.float32(1), scales, out=np.zeros_like(scales), where=scales > 0)
    return Quantized(np.rint(rows * inverse[:, None]).astype(np.int8).reshape(matrix.shape), scales)


@dataclass(frozen=True, eq=False, slots=True)
class Int8Factor:
    """A right factor (depth) by (columns), packed for the dot products of this CPU.

    Attributes:
        depth, columns: its size.
        values: chunks of vectors of columns, as many as a tile of one row has, then the largest powers of two that fit;
            in a chunk groups of four steps of the depth, in a group the four bytes of each column, zeros beyond.
        initial: what each sum begins at, for columns in whole vectors.
        scales: of the columns, (1, columns in whole vectors).
    """

    depth: int
    columns: int
    values: Int8
    initial: Int32
    scales: Float32

    @property
    def arrays(self) -> tuple[Int8, Int32, Float32]:
        """What kernels take."""
        return self.values, self.initial, self.scales


NO_FACTOR = Int8Factor(0, 0, np.empty(0, np.int8), np.empty(0, np.int32), np.empty((1, 0), np.float32))
"""What kernels take where there is no product."""


def pack_int8(matrix: Quantized) -> Int8Factor:
    """Return the transpose of a matrix (columns, depth), as PyTorch lays out weights, packed as a right factor."""
    dot = integer_dot()
    columns, depth = matrix.values.shape
    vectors, groups = -(-columns // dot.lanes), max(1, -(-depth // 4))
    padded = np.zeros((vectors * dot.lanes, groups * 4), np.int8)
    padded[:columns, :depth] = matrix.values
    values = _aligned(padded.size)
    start = done = 0
    while done < vectors:
        width = dot.vectors
        while done + width > vectors:
            width //= 2
        rows = padded[done * dot.lanes : (done + width) * dot.lanes]
        chunk = values[start : start + rows.size]
        chunk.reshape(groups, len(rows), 4)[:] = rows.reshape(len(rows), groups, 4).transpose(1, 0, 2)
        start, done = start + rows.size, done + width
    initial = padded.sum(axis=1, dtype=np.int32) * np.int32(-OFFSET if dot.inputs == "unsigned" else 0)
    scales = np.zeros((1, len(padded)), np.float32)
    scales[0, :columns] = matrix.scales
    return Int8Factor(depth, columns, values, initial, scales)


def int8_product(left: Float32, right: Int8Factor, start: Float32, out: Float32) -> Float32:
    """Set and return ``out = start + left @ right``; start has as many rows as out, or one for all."""
    unit("int8_product").product(left, *right.arrays, start, *int8_room(len(left), right), out)
    return out


def int8_room(rows: int, *factors: Int8Factor) -> tuple[Int8, Int32, Float32, Int32]:
    """Return what kernels need to multiply so many rows, or fewer at once, with any of some factors.

    The rows in bytes, what their sums begin at beside what the factor says, their scales, and the sums.
    """
    rows = max(1, min(rows, _MOST_ROWS))
    depth = max(-(-factor.depth // _WHOLE) for factor in factors) * _WHOLE
    columns = max(factor.initial.size for factor in factors)
    row, sums = np.empty((rows, depth), np.int8), np.empty((rows, columns), np.int32)
    return row, np.empty(rows, np.int32), np.empty(rows, np.float32), sums


def _aligned(size: int) -> Int8:
    memory = np.empty(size + _ALIGNMENT, np.int8)
    offset = -memory.ctypes.data % _ALIGNMENT
    return memory[offset : offset + size]
