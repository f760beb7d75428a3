"""The plain recurrent cell, all steps of a batch: ``a[t] = g(Wax x[t] + Waa a[t-1] + ba)``, g being tanh or ReLU.

Rows are packed: see `seqpipe.network.packing`; the way through them is `seqpipe.kernels.sources.recurrence`.
"""

import numpy as np

from seqpipe.kernels.annotations import Array1, Array2, Array3, Float, Out
from seqpipe.kernels.compiler import inlined, kernel
from seqpipe.kernels.isa import instruction_set
from seqpipe.kernels.sources.activations import tanh
from seqpipe.kernels.sources.arithmetic import rectify
from seqpipe.kernels.sources.recurrence import recurrence
from seqpipe.kernels.sources.tile import multiply_tile
from seqpipe.kernels.sources.vectors import load, store

GATES = 1


def _advance(panels, most):
    @inlined
    def advance(
        left, left_row, left_column, weights, panel, ahead, sums, sum_row, rows, outputs, position, column, row, memory
    ):
        hidden, lanes = weights.shape[1], weights.shape[2]
        unit = panel * lanes
        place = (sums, sum_row, unit, hidden)
        multiply_tile(
            (left, left_row, left_column), weights, panel, ahead, place, place, rows, hidden - unit, GATES, panels, most
        )
        rectified, _ = memory
        for done in range(rows):
            for part in range(unit, min(unit + panels * lanes, hidden), lanes):
                total = load(sums, sum_row + done, part, hidden - part)
                state = rectify(total) if rectified else tanh(total)
                store(outputs, position + done, column + part, state, hidden - part)

    return advance


_run = recurrence(GATES, instruction_set().vectors, instruction_set().wide_panels(GATES), _advance)


@kernel
def rnn_forward(
    vectors: Array2[Float],
    ids: Array1[np.int32],
    input_weights: Array3[Float],
    table: Array2[Float],
    bias: Array2[Float],
    weights: Array3[Float],
    starts: Array1[np.int64],
    backwards: int,
    column: int,
    rectified: int,
    sums: Out[Array2[Float]],
    state: Out[Array2[Float]],
    outputs: Out[Array2[Float]],
) -> None:
    """Run over all steps: see `recurrence` for the arguments. ``rectified`` is 1 for ReLU, 0 for tanh."""
    inputs = (vectors, ids, input_weights, table, bias)
    _run(inputs, weights, starts, backwards, column, sums, state, outputs, (rectified, 0))
