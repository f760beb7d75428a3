"""The gated recurrent unit, all steps of a batch.

    r = sigmoid(Wir x[t] + bir + Whr a[t-1] + bhr)
    z = sigmoid(Wiz x[t] + biz + Whz a[t-1] + bhz)
    n = tanh(Win x[t] + bin + r * (Whn a[t-1] + bhn))
    a[t] = (1 - z) * n + z * a[t-1]

The reset gate r applies after the product, as in PyTorch. Rows are packed: see `seqpipe.network.packing`; the way
through them is `seqpipe.kernels.sources.recurrence`.
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

GATES = 3


@inlined
def update(sums, sum_row, recurrent, tile_row, tile_column, width, unit, hidden, previous, kept, position):
    """Return a[t] of some units; keep the gates and the recurrent part of n if there is room for them.

    The part of the inputs stands in ``sums``, that of the previous state in a row of ``recurrent``, its gates ``width``
    apart.
    """
    count = hidden - unit
    recurrent_n = load(recurrent, tile_row, tile_column + 2 * width, count)
    r = sigmoid(load(sums, sum_row, unit, count) + load(recurrent, tile_row, tile_column, count))
    z = sigmoid(load(sums, sum_row, hidden + unit, count) + load(recurrent, tile_row, tile_column + width, count))
    n = tanh(multiply_add(r, recurrent_n, load(sums, sum_row, 2 * hidden + unit, count)))
    if kept.shape[0]:
        store(sums, sum_row, unit, r, count)
        store(sums, sum_row, hidden + unit, z, count)
        store(sums, sum_row, 2 * hidden + unit, n, count)
        store(kept, position, unit, recurrent_n, count)
    return multiply_add(z, previous - n, n)


def _advance(panels, most):
    @inlined
    def advance(
        left, left_row, left_column, weights, panel, ahead, sums, sum_row, rows, outputs, position, column, row, memory
    ):
        bias, recurrent, kept = memory
        hidden, lanes = weights.shape[1], weights.shape[2] // GATES
        unit, width = panel * lanes, panels * lanes
        multiply_tile(
            (left, left_row, left_column),
            weights,
            panel,
            ahead,
            (bias, 0, unit, hidden),
            (recurrent, 0, 0, width),
            rows,
            hidden - unit,
            GATES,
            panels,
            most,
        )
        for done in range(rows):
            for part in range(unit, min(unit + width, hidden), lanes):
                previous = load(left, left_row + done, left_column + part, hidden - part)
                state = update(
                    sums, sum_row + done, recurrent, done, part - unit, width, part, hidden, previous, kept,
                    position + done,
                )  # fmt: skip
                store(outputs, position + done, column + part, state, hidden - part)

    return advance


_run = recurrence(GATES, 1, instruction_set().wide_panels(GATES), _advance)


@kernel
def gru_forward(
    vectors: Array2[Float],
    ids: Array1[np.int32],
    input_weights: Array3[Float],
    table: Array2[Float],
    input_bias: Array2[Float],
    weights: Array3[Float],
    bias: Array2[Float],
    starts: Array1[np.int64],
    backwards: int,
    column: int,
    sums: Out[Array2[Float]],
    state: Out[Array2[Float]],
    outputs: Out[Array2[Float]],
    recurrent: Out[Array2[Float]],
    kept: Out[Array2[Float]],
) -> None:
    """Run over all steps: see `recurrence` for the arguments.

    ``bias`` is bh, (1, 3 hidden). ``recurrent`` is room for a tile. ``kept`` becomes Whn a[t-1] + bhn, which the
    gradient needs, (positions, hidden), and ``sums``, as long, becomes r, z, n; with no rows nothing is kept.
    """
    inputs = (vectors, ids, input_weights, table, input_bias)
    _run(inputs, weights, starts, backwards, column, sums, state, outputs, (bias, recurrent, kept))
