"""The gradient of the gated recurrent unit, through all steps of a batch (see `seqpipe.kernels.sources.gru`)."""

import numpy as np

from seqpipe.kernels.annotations import Array1, Array2, Array3, Float, Out
from seqpipe.kernels.compiler import inlined, kernel
from seqpipe.kernels.sources.product import multiply_rows
from seqpipe.kernels.sources.vectors import load, store


@inlined
def _row_gradient(gates, kept, position, previous, grad_outputs, column, grad_state, row, lanes):
    """Replace the gates of a position, its product and the gradient of its state by what goes on from them."""
    hidden = grad_state.shape[1]
    states, state_row, state_column = previous
    for unit in range(0, hidden, lanes):
        count = hidden - unit
        r = load(gates, position, unit, count)
        z = load(gates, position, hidden + unit, count)
        n = load(gates, position, 2 * hidden + unit, count)
        before = load(states, state_row, state_column + unit, count)
        gradient = load(grad_outputs, position, column + unit, count) + load(grad_state, row, unit, count)
        passed = gradient * z
        grad_n = (gradient - passed) * (1.0 - n * n)
        grad_r = grad_n * load(kept, position, unit, count) * (r - r * r)
        store(gates, position, unit, grad_r, count)
        store(gates, position, hidden + unit, (before - n) * (passed - passed * z), count)
        store(gates, position, 2 * hidden + unit, grad_n, count)
        store(kept, position, unit, grad_n * r, count)
        store(grad_state, row, unit, passed, count)


@kernel
def gru_backward(
    gate_weights: Array3[Float],
    n_weights: Array3[Float],
    starts: Array1[np.int64],
    backwards: int,
    column: int,
    initial: Out[Array2[Float]],
    outputs: Out[Array2[Float]],
    grad_outputs: Array2[Float],
    grad_state: Out[Array2[Float]],
    gates: Out[Array2[Float]],
    kept: Out[Array2[Float]],
) -> None:
    """Run over all steps in reverse.

    Args:
        gate_weights, n_weights: Whr and Whz, and Whn, packed as right factors, (2 hidden) and (hidden) by (hidden).
        starts, backwards, column, outputs: as given to, and made by, `gru_forward`; they are only read.
        initial: the state before the first step, (sequences, hidden); only read.
        grad_outputs: the gradient of the outputs, (positions, at least column + hidden).
        grad_state: the gradient of the state after, and then before, (sequences, hidden).
        gates: r, z, n as `gru_forward` made them; become the gradients of Wi x[t] + bi.
        kept: Whn a[t-1] + bhn; becomes its gradient. That of the rest of Wh a[t-1] + bh equals ``gates``.
    """
    hidden, lanes = grad_state.shape[1], n_weights.shape[2]
    steps = starts.size - 1
    for step in range(steps):
        t = step if backwards else steps - 1 - step
        first, rows = starts[t], starts[t + 1] - starts[t]
        before = t + 1 if backwards else t - 1
        known = starts[before + 1] - starts[before] if 0 <= before < steps else 0
        for row in range(rows):
            previous = (outputs, starts[before] + row, column) if row < known else (initial, row, 0)
            _row_gradient(gates, kept, first + row, previous, grad_outputs, column, grad_state, row, lanes)
        multiply_rows(gates, first, gate_weights, grad_state, 0, grad_state, 0, rows, hidden)
        multiply_rows(kept, first, n_weights, grad_state, 0, grad_state, 0, rows, hidden)
