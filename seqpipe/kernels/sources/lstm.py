"""The long short-term memory, all steps of a batch.

    i = sigmoid(Wii x[t] + Whi a[t-1] + bi)
    f = sigmoid(Wif x[t] + Whf a[t-1] + bf)
    g = tanh(Wig x[t] + Whg a[t-1] + bg)
    o = sigmoid(Wio x[t] + Who a[t-1] + bo)
    c[t] = f * c[t-1] + i * g
    a[t] = o * tanh(c[t])

Rows are packed: see `seqpipe.network.packing`. A row is
passed over several times, each time with few arrays, as LLVM turns only such loops into vector instructions.
"""

from seqpipe.kernels.compiler import inlined, kernel
from seqpipe.kernels.sources.activations import sigmoid, tanh
from seqpipe.kernels.sources.product import multiply
from seqpipe.kernels.sources.rows import copy


@inlined
def apply_sigmoid(sums):
    """Replace each value of a row by its sigmoid."""
    for i in range(sums.size):
        sums[i] = sigmoid(sums[i])


@inlined
def apply_tanh(sums):
    """Replace each value of a row by its hyperbolic tangent."""
    for i in range(sums.size):
        sums[i] = tanh(sums[i])


@inlined
def remember(cell, input_gate, forget, candidate):
    """Set c[t] = f * c[t-1] + i * g."""
    for i in range(cell.size):
        cell[i] = forget[i] * cell[i] + input_gate[i] * candidate[i]


@inlined
def expose(cell, output_gate, state):
    """Set a[t] = o * tanh(c[t])."""
    for i in range(state.size):
        state[i] = output_gate[i] * tanh(cell[i])


@kernel(
    "float[:, :, ::1]",
    "int64[::1]",
    "int64",
    "int64",
    "out float[:, ::1]",
    "out float[:, ::1]",
    "out float[:, ::1]",
    "out float[:, ::1]",
    "out float[:, ::1]",
)
def lstm_forward(weights, starts, backwards, column, gates, state, cell, outputs, kept):
    """Run over all steps.

    Args:
        weights: Wh.T packed as a right factor, (hidden) by (4 hidden).
        starts: the row at which each step begins, and the end, (steps + 1).
        backwards: 1 to run from the last step to the first.
        column: where the states stand in the rows of ``outputs``.
        gates: Wi x[t] + b of all positions, (positions, 4 hidden); becomes i, f, g, o.
        state, cell: a and c of each sequence before, and then after, (sequences, hidden).
        outputs: becomes a[t] at each position, (positions, at least column + hidden).
        kept: becomes c[t], which the gradient needs, (positions, hidden); with no rows nothing is kept.
    """
    hidden = state.shape[1]
    steps = starts.size - 1
    for step in range(steps):
        t = steps - 1 - step if backwards else step
        active = gates[starts[t] : starts[t + 1]]
        multiply(state[: active.shape[0]], weights, active, active)
        for row in range(active.shape[0]):
            gate, position = active[row], starts[t] + row
            apply_sigmoid(gate[: 2 * hidden])
            apply_tanh(gate[2 * hidden : 3 * hidden])
            apply_sigmoid(gate[3 * hidden :])
            remember(cell[row], gate[:hidden], gate[hidden : 2 * hidden], gate[2 * hidden : 3 * hidden])
            expose(cell[row], gate[3 * hidden :], state[row])
            copy(state[row], outputs[position, column : column + hidden])
            if kept.shape[0]:
                copy(cell[row], kept[position])
