"""The gradient of the plain recurrent cell, through all steps of a batch (see `seqpipe.kernels.sources.rnn`)."""

import numpy as np

from seqpipe.kernels.annotations import Array1, Array2, Array3, Float, Out
from seqpipe.kernels.compiler import kernel
from seqpipe.kernels.sources.arithmetic import multiply_add, where_positive
from seqpipe.kernels.sources.product import multiply_rows
from seqpipe.kernels.sources.vectors import load, store


@kernel
def rnn_backward(
    weights: Array3[Float],
    zeros: Array2[Float],
    starts: Array1[np.int64],
    backwards: int,
    column: int,
    rectified: int,
    outputs: Array2[Float],
    grad_outputs: Array2[Float],
    grad_state: Out[Array2[Float]],
    grad_sums: Out[Array2[Float]],
) -> None:
    """Run over all steps in reverse.

    Args:
        weights: Waa packed as a right factor, (hidden) by (hidden).
        zeros: (1, hidden).
        starts, backwards, column, rectified, outputs: as given to, and made by, `rnn_forward`.
        grad_outputs: the gradient of ``outputs``.
        grad_state: the gradient of the state after, and then before, (sequences, hidden).
        grad_sums: becomes the gradient of the sums, (positions, hidden).
    """
    hidden, lanes = grad_state.shape[1], weights.shape[2]
    steps = starts.size - 1
    for step in range(steps):
        t = step if backwards else steps - 1 - step
        first, rows = starts[t], starts[t + 1] - starts[t]
        for row in range(rows):
            for unit in range(0, hidden, lanes):
                count = hidden - unit
                a = load(outputs, first + row, column + unit, count)
                gradient = load(grad_outputs, first + row, column + unit, count) + load(grad_state, row, unit, count)
                slope = where_positive(a, gradient) if rectified else gradient * multiply_add(a * -1.0, a, 1.0)
                store(grad_sums, first + row, unit, slope, count)
        multiply_rows(grad_sums, first, weights, zeros, 0, grad_state, 0, rows, hidden)
