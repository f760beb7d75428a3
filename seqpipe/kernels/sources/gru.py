"""The gated recurrent unit, all steps of a batch.

    r = sigmoid(Wir x[t] + bir + Whr a[t-1] + bhr)
    z = sigmoid(Wiz x[t] + biz + Whz a[t-1] + bhz)
    n = tanh(Win x[t] + bin + r * (Whn a[t-1] + bhn))
    a[t] = (1 - z) * n + z * a[t-1]

The reset gate r applies after the product, as in PyTorch. Rows are packed: see `seqpipe.network.packing`. A row is
passed over several times, each time with few arrays, as LLVM turns only such loops into vector instructions.
"""

from seqpipe.kernels.compiler import inlined, kernel
from seqpipe.kernels.sources.activations import sigmoid, tanh
from seqpipe.kernels.sources.product import multiply
from seqpipe.kernels.sources.rows import copy


@inlined
def open_gates(gates, recurrent):
    """Set r and z, given the part of the input in ``gates`` and that of the previous state in ``recurrent``."""
    for i in range(gates.size):
        gates[i] = sigmoid(gates[i] + recurrent[i])


@inlined
def propose(candidate, reset, recurrent):
    """Set n, given the part of the input in it."""
    for i in range(candidate.size):
        candidate[i] = tanh(candidate[i] + reset[i] * recurrent[i])


@inlined
def update(state, gate, candidate):
    """Set a[t] = (1 - z) * n + z * a[t-1]."""
    for i in range(state.size):
        state[i] = candidate[i] + gate[i] * (state[i] - candidate[i])


@kernel(
    "float[:, :, ::1]",
    "float[:, ::1]",
    "int64[::1]",
    "int64",
    "int64",
    "out float[:, ::1]",
    "out float[:, ::1]",
    "out float[:, ::1]",
    "out float[:, ::1]",
    "out float[:, ::1]",
)
def gru_forward(weights, bias, starts, backwards, column, gates, state, recurrent, outputs, kept):
    """Run over all steps.

    Args:
        weights: Wh.T packed as a right factor, (hidden) by (3 hidden).
        bias: bh, (1, 3 hidden).
        starts: the row at which each step begins, and the end, (steps + 1).
        backwards: 1 to run from the last step to the first.
        column: where the states stand in the rows of ``outputs``.
        gates: Wi x[t] + bi of all positions, (positions, 3 hidden); becomes r, z, n.
        state: the state of each sequence before, and then after, (sequences, hidden).
        recurrent: scratch, (sequences, 3 hidden).
        outputs: becomes the state at each position, (positions, at least column + hidden).
        kept: becomes Whn a[t-1] + bhn, which the gradient needs, (positions, hidden); with no rows nothing is kept.
    """
    hidden = state.shape[1]
    steps = starts.size - 1
    for step in range(steps):
        t = steps - 1 - step if backwards else step
        rows = starts[t + 1] - starts[t]
        multiply(state[:rows], weights, bias, recurrent[:rows])
        for row in range(rows):
            position = starts[t] + row
            gate, product, a = gates[position], recurrent[row], state[row]
            open_gates(gate[: 2 * hidden], product[: 2 * hidden])
            propose(gate[2 * hidden :], gate[:hidden], product[2 * hidden :])
            update(a, gate[hidden : 2 * hidden], gate[2 * hidden :])
            copy(a, outputs[position, column : column + hidden])
            if kept.shape[0]:
                copy(product[2 * hidden :], kept[position])
