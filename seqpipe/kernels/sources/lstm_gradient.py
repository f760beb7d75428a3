"""The gradient of the long short-term memory, through all steps of a batch (see `seqpipe.kernels.sources.lstm`)."""

import numpy as np

from seqpipe.kernels.annotations import Array1, Array2, Array3, Float, Out
from seqpipe.kernels.compiler import inlined, kernel
from seqpipe.kernels.sources.activations import tanh
from seqpipe.kernels.sources.arithmetic import multiply_add
from seqpipe.kernels.sources.product import multiply_rows
from seqpipe.kernels.sources.vectors import load, store


@inlined
def _row_gradient(
    gates, cells, position, previous, previous_row, grad_outputs, column, grad_state, grad_cell, row, lanes
):
    """Replace the gates of a position by the gradients of their sums, and the gradient of its cell by that before."""
    hidden = grad_cell.shape[1]
    for unit in range(0, hidden, lanes):
        count = hidden - unit
        i = load(gates, position, unit, count)
        f = load(gates, position, hidden + unit, count)
        g = load(gates, position, 2 * hidden + unit, count)
        o = load(gates, position, 3 * hidden + unit, count)
        exposed = tanh(load(cells, position, unit, count))
        gradient = load(grad_outputs, position, column + unit, count) + load(grad_state, row, unit, count)
        through = gradient * o
        of_cell = load(grad_cell, row, unit, count) + multiply_add(through * exposed, exposed * -1.0, through)
        before = load(previous, previous_row, unit, count)
        store(gates, position, unit, of_cell * g * (i - i * i), count)
        store(gates, position, hidden + unit, of_cell * before * (f - f * f), count)
        store(gates, position, 2 * hidden + unit, of_cell * i * (1.0 - g * g), count)
        store(gates, position, 3 * hidden + unit, gradient * exposed * (o - o * o), count)
        store(grad_cell, row, unit, of_cell * f, count)


@kernel
def lstm_backward(
    weights: Array3[Float],
    zeros: Array2[Float],
    starts: Array1[np.int64],
    backwards: int,
    column: int,
    initial: Array2[Float],
    cells: Array2[Float],
    grad_outputs: Array2[Float],
    grad_state: Out[Array2[Float]],
    grad_cell: Out[Array2[Float]],
    gates: Out[Array2[Float]],
) -> None:
    """Run over all steps in reverse.

    Args:
        weights: Wh packed as a right factor, (4 hidden) by (hidden).
        zeros: (1, hidden).
        starts, backwards, column: as given to `lstm_forward`.
        initial: c before the first step, (sequences, hidden).
        cells: c[t] at each position, (positions, hidden).
        grad_outputs: the gradient of the outputs, (positions, at least column + hidden).
        grad_state, grad_cell: the gradients of a and c after, and then before, (sequences, hidden).
        gates: i, f, g, o as `lstm_forward` made them; become the gradients of their sums.
    """
    hidden, lanes = grad_state.shape[1], weights.shape[2]
    steps = starts.size - 1
    for step in range(steps):
        t = step if backwards else steps - 1 - step
        first, rows = starts[t], starts[t + 1] - starts[t]
        before = t + 1 if backwards else t - 1
        known = starts[before + 1] - starts[before] if 0 <= before < steps else 0
        for row in range(rows):
            previous, previous_row = (cells, starts[before] + row) if row < known else (initial, row)
            _row_gradient(
                gates,
                cells,
                first + row,
                previous,
                previous_row,
                grad_outputs,
                column,
                grad_state,
                grad_cell,
                row,
                lanes,
            )
        multiply_rows(gates, first, weights, zeros, 0, grad_state, 0, rows, hidden)
