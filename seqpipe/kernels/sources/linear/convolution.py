"""Windows of sequences as rows of a matrix, so that a convolution is a matrix product, and back."""

from __future__ import annotations

import numpy as np

from seqpipe.kernels.annotations import Array1, Array2, Array3, Float, Out
from seqpipe.kernels.compiler import inlined, kernel
from seqpipe.kernels.sources.linear.product import multiply_rows
from seqpipe.kernels.sources.linear.rows import add, copy
from seqpipe.kernels.sources.linear.windows import windows_of


@inlined
def _unfold(values, begin, end, first, width, row):
    """Write the window of ``width`` frames from ``first`` on as a row; zeros outside of the frames of its sequence."""
    channels = values.shape[1]
    for k in range(width):
        part = row[k * channels : (k + 1) * channels]
        if begin <= first + k < end:
            copy(values[first + k], part)
        else:
            part[:] = 0.0


@kernel
def convolve(
    values: Array2[Float],
    offsets: Array1[np.int64],
    starts: Array1[np.int64],
    window_offsets: Array1[np.int64],
    width: int,
    stride: int,
    weights: Array3[Float],
    bias: Array2[Float],
    room: Out[Array2[Float]],
    out: Out[Array2[Float]],
) -> None:
    """Set each row of ``out`` to the product of a window with packed weights, and the bias; windows are `unfold`'s.

    Windows within their sequence are read where they lie, each ``stride`` frames after the one before; the others are
    unfolded in ``room``, which has rows of a window.
    """
    columns = out.shape[1]
    for record in range(len(starts)):
        begin, end = offsets[record], offsets[record + 1]
        first, row, last = begin + starts[record], window_offsets[record], window_offsets[record + 1]
        inside = min(last, row + max(0, -(starts[record] // stride)))
        outside = min(last, max(inside, row + (end - width - first) // stride + 1))
        if inside < outside:
            windows = windows_of(values, first + (inside - row) * stride, outside - inside, width, stride)
            multiply_rows(windows, 0, weights, bias, 0, out, inside, outside - inside, columns)
        for window in range(row, last):
            if inside <= window < outside:
                continue
            _unfold(values, begin, end, first + (window - row) * stride, width, room[0])
            multiply_rows(room, 0, weights, bias, 0, out, window, 1, columns)


@kernel
def unfold(
    values: Array2[Float],
    offsets: Array1[np.int64],
    starts: Array1[np.int64],
    window_offsets: Array1[np.int64],
    width: int,
    stride: int,
    columns: Out[Array2[Float]],
) -> None:
    """Write each window of ``width`` frames as a row, frame by frame; zeros outside of its sequence.

    A sequence's first window begins at its frame ``starts[i]``, which may be negative, the others ``stride`` later.
    """
    for record in range(len(starts)):
        first = offsets[record] + starts[record]
        for window in range(window_offsets[record], window_offsets[record + 1]):
            _unfold(values, offsets[record], offsets[record + 1], first, width, columns[window])
            first += stride


@kernel
def fold(
    columns: Array2[Float],
    offsets: Array1[np.int64],
    starts: Array1[np.int64],
    window_offsets: Array1[np.int64],
    width: int,
    stride: int,
    values: Out[Array2[Float]],
) -> None:
    """Add every window of `unfold` to the frames that it was taken from."""
    channels = values.shape[1]
    for record in range(len(starts)):
        first = offsets[record] + starts[record]
        for window in range(window_offsets[record], window_offsets[record + 1]):
            for k in range(width):
                if offsets[record] <= first + k < offsets[record + 1]:
                    add(columns[window][k * channels : (k + 1) * channels], values[first + k])
            first += stride
