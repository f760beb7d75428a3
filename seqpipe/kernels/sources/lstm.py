"""The long short-term memory, all steps of a batch.

    i = sigmoid(Wii x[t] + Whi a[t-1] + bi)
    f = sigmoid(Wif x[t] + Whf a[t-1] + bf)
    g = tanh(Wig x[t] + Whg a[t-1] + bg)
    o = sigmoid(Wio x[t] + Who a[t-1] + bo)
    c[t] = f * c[t-1] + i * g
    a[t] = o * tanh(c[t])

Rows are packed: see `seqpipe.network.packing`; the way through them is `seqpipe.kernels.sources.recurrence`.
"""

import numpy as np

from seqpipe.kernels.annotations import Array1, Array2, Array3, Float, Out
from seqpipe.kernels.compiler import inlined, kernel
from seqpipe.kernels.isa import instruction_set
from seqpipe.kernels.sources.activations import sigmoid, tanh
from seqpipe.kernels.sources.arithmetic import multiply_add
from seqpipe.kernels.sources.recurrence import recurrence
from seqpipe.kernels.sources.tile import multiply_tile
from seqpipe.kernels.sources.vectors import load, store

GATES = 4


@inlined
def update(sums, sum_row, unit, hidden, outputs, position, column, row, memory):
    """Turn the sums of some units into gates and states; keep the gates and c[t] if there is room for them."""
    cell, kept = memory
    count = hidden - unit
    i = sigmoid(load(sums, sum_row, unit, count))
    f = sigmoid(load(sums, sum_row, hidden + unit, count))
    g = tanh(load(sums, sum_row, 2 * hidden + unit, count))
    o = sigmoid(load(sums, sum_row, 3 * hidden + unit, count))
    c = multiply_add(f, load(cell, row, unit, count), i * g)
    store(cell, row, unit, c, count)
    store(outputs, position, column + unit, o * tanh(c), count)
    if kept.shape[0]:
        store(sums, sum_row, unit, i, count)
        store(sums, sum_row, hidden + unit, f, count)
        store(sums, sum_row, 2 * hidden + unit, g, count)
        store(sums, sum_row, 3 * hidden + unit, o, count)
        store(kept, position, unit, c, count)


def _advance(panels, most):
    @inlined
    def advance(
        left, left_row, left_column, weights, panel, ahead, sums, sum_row, rows, outputs, position, column, row, memory
    ):
        hidden, lanes = weights.shape[1], weights.shape[2] // GATES
        unit = panel * lanes
        place = (sums, sum_row, unit, hidden)
        multiply_tile(
            (left, left_row, left_column), weights, panel, ahead, place, place, rows, hidden - unit, GATES, panels, most
        )
        for done in range(rows):
            for part in range(unit, min(unit + panels * lanes, hidden), lanes):
                update(sums, sum_row + done, part, hidden, outputs, position + done, column, row + done, memory)

    return advance


_run = recurrence(GATES, 1, instruction_set().wide_panels(GATES), _advance)


@kernel
def lstm_forward(
    vectors: Array2[Float],
    ids: Array1[np.int32],
    input_weights: Array3[Float],
    table: Array2[Float],
    bias: Array2[Float],
    weights: Array3[Float],
    starts: Array1[np.int64],
    backwards: int,
    column: int,
    sums: Out[Array2[Float]],
    state: Out[Array2[Float]],
    outputs: Out[Array2[Float]],
    cell: Out[Array2[Float]],
    kept: Out[Array2[Float]],
) -> None:
    """Run over all steps: see `recurrence` for the arguments.

    ``state`` and ``cell`` (sequences, hidden) are a and c before, and then after. ``kept`` becomes c[t], which the
    gradient needs, (positions, hidden), and ``sums``, as long, becomes i, f, g, o; with no rows nothing is kept.
    """
    inputs = (vectors, ids, input_weights, table, bias)
    _run(inputs, weights, starts, backwards, column, sums, state, outputs, (cell, kept))
