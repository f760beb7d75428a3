"""The gradient of the gated recurrent unit, through all steps of a batch (see `seqpipe.kernels.sources.gru`)."""

from seqpipe.kernels.compiler import inlined, kernel
from seqpipe.kernels.sources.product import multiply
from seqpipe.kernels.sources.rows import add


@inlined
def update_gradient(previous, gradient, gate, candidate):
    """Replace z and n by the gradients of their sums, and the state's gradient by what passes through z to a[t-1]."""
    one = gate.dtype.type(1)
    for i in range(gradient.size):
        z, n, g = gate[i], candidate[i], gradient[i]
        gate[i] = g * (previous[i] - n) * z * (one - z)
        candidate[i] = g * (one - z) * (one - n * n)
        gradient[i] = g * z


@inlined
def reset_gradient(candidate_gradient, reset, product):
    """Replace r by the gradient of its sum, and the product Whn a[t-1] + bhn by its own gradient."""
    one = reset.dtype.type(1)
    for i in range(reset.size):
        r, g = reset[i], candidate_gradient[i]
        reset[i] = g * product[i] * r * (one - r)
        product[i] = g * r


@kernel(
    "float[:, :, ::1]",
    "int64[::1]",
    "int64",
    "int64",
    "float[:, ::1]",
    "float[:, ::1]",
    "out float[:, ::1]",
    "out float[:, ::1]",
    "out float[:, ::1]",
)
def gru_backward(weights, starts, backwards, column, previous, grad_outputs, grad_state, gates, kept):
    """Run over all steps in reverse.

    Args:
        weights: Wh packed as a right factor, (3 hidden) by (hidden).
        starts, backwards, column: as given to `gru_forward`.
        previous: the state before each position, (positions, hidden).
        grad_outputs: the gradient of the outputs, (positions, at least column + hidden).
        grad_state: the gradient of the state after, and then before, (sequences, hidden).
        gates: r, z, n as `gru_forward` made them; become the gradients of Wi x[t] + bi.
        kept: Whn a[t-1] + bhn; becomes its gradient. That of the rest of Wh a[t-1] + bh equals ``gates``.
    """
    hidden = grad_state.shape[1]
    steps = starts.size - 1
    for step in range(steps):
        t = step if backwards else steps - 1 - step
        first, end = starts[t], starts[t + 1]
        for row in range(end - first):
            gate = gates[first + row]
            reset, update, candidate = gate[:hidden], gate[hidden : 2 * hidden], gate[2 * hidden :]
            add(grad_outputs[first + row, column : column + hidden], grad_state[row])
            update_gradient(previous[first + row], grad_state[row], update, candidate)
            reset_gradient(candidate, reset, kept[first + row])
        before = grad_state[: end - first]
        multiply(gates[first:end, : 2 * hidden], weights[:, : 2 * hidden], before, before)
        multiply(kept[first:end], weights[:, 2 * hidden :], before, before)
