"""The plain recurrent cell, all steps of a batch: ``a[t] = g(Wax x[t] + Waa a[t-1] + ba)``, g being tanh or ReLU.

Rows are packed: see `seqpipe.network.packing`.
"""

from seqpipe.kernels.compiler import inlined, kernel
from seqpipe.kernels.sources.activations import tanh
from seqpipe.kernels.sources.product import multiply
from seqpipe.kernels.sources.rows import copy


@inlined
def activate(sums, rectified):
    """Apply the activation g to a row."""
    if rectified:
        zero = sums.dtype.type(0)
        for i in range(sums.size):
            sums[i] = zero if sums[i] < 0 else sums[i]
    else:
        for i in range(sums.size):
            sums[i] = tanh(sums[i])


@kernel(
    "float[:, :, ::1]",
    "int64[::1]",
    "int64",
    "int64",
    "int64",
    "out float[:, ::1]",
    "out float[:, ::1]",
    "out float[:, ::1]",
)
def rnn_forward(weights, starts, backwards, column, rectified, sums, state, outputs):
    """Run over all steps.

    Args:
        weights: Waa.T packed as a right factor, (hidden) by (hidden).
        starts: the row at which each step begins, and the end, (steps + 1).
        backwards: 1 to run from the last step to the first.
        column: where the states stand in the rows of ``outputs``.
        rectified: 1 for ReLU, 0 for tanh.
        sums: Wax x[t] + ba of all positions, (positions, hidden); becomes a[t].
        state: the state of each sequence before, and then after, (sequences, hidden).
        outputs: becomes the state at each position, (positions, at least column + hidden).
    """
    hidden = state.shape[1]
    steps = starts.size - 1
    for step in range(steps):
        t = steps - 1 - step if backwards else step
        active = sums[starts[t] : starts[t + 1]]
        multiply(state[: active.shape[0]], weights, active, active)
        for row in range(active.shape[0]):
            activate(active[row], rectified)
            copy(active[row], state[row])
            copy(active[row], outputs[starts[t] + row, column : column + hidden])
