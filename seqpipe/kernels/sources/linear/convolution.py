"""Windows of sequences as rows of a matrix, so that a convolution is a matrix product, and back."""

from __future__ import annotations

import numpy as np

from seqpipe.kernels.annotations import Array1, Array2, Float, Out
from seqpipe.kernels.compiler import kernel
from seqpipe.kernels.sources.linear.rows import add, copy


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
    channels = values.shape[1]
    for record in range(len(starts)):
        first = offsets[record] + starts[record]
        for window in range(window_offsets[record], window_offsets[record + 1]):
            for k in range(width):
                part = columns[window][k * channels : (k + 1) * channels]
                if offsets[record] <= first + k < offsets[record + 1]:
                    copy(values[first + k], part)
                else:
                    part[:] = 0.0
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
