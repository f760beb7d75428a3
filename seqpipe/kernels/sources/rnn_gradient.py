"""The gradient of the plain recurrent cell, through all steps of a batch (see `seqpipe.kernels.sources.rnn`)."""

from seqpipe.kernels.compiler import inlined, kernel
from seqpipe.kernels.sources.product import multiply
from seqpipe.kernels.sources.rows import add


@inlined
def sums_gradient(states, rectified, gradient, sums):
    """Set the gradient of the sums of a row from that of its state, g'(a); clear the latter, now passed on."""
    zero, one = sums.dtype.type(0), sums.dtype.type(1)
    for i in range(sums.size):
        rectified_slope = one if states[i] > 0 else zero
        sums[i] = gradient[i] * (rectified_slope if rectified else one - states[i] * states[i])
        gradient[i] = 0


@kernel(
    "float[:, :, ::1]",
    "int64[::1]",
    "int64",
    "int64",
    "int64",
    "float[:, ::1]",
    "float[:, ::1]",
    "out float[:, ::1]",
    "out float[:, ::1]",
)
def rnn_backward(weights, starts, backwards, column, rectified, outputs, grad_outputs, grad_state, grad_sums):
    """Run over all steps in reverse.

    Args:
        weights: Waa packed as a right factor, (hidden) by (hidden).
        starts, backwards, column, rectified, outputs: as given to, and made by, `rnn_forward`.
        grad_outputs: the gradient of ``outputs``.
        grad_state: the gradient of the state after, and then before, (sequences, hidden).
        grad_sums: becomes the gradient of the sums, (positions, hidden).
    """
    hidden = grad_state.shape[1]
    steps = starts.size - 1
    for step in range(steps):
        t = step if backwards else steps - 1 - step
        active = grad_sums[starts[t] : starts[t + 1]]
        for row in range(active.shape[0]):
            position = starts[t] + row
            add(grad_outputs[position, column : column + hidden], grad_state[row])
            sums_gradient(outputs[position, column : column + hidden], rectified, grad_state[row], active[row])
        before = grad_state[: active.shape[0]]
        multiply(active, weights, before, before)
