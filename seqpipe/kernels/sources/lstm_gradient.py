"""The gradient of the long short-term memory, through all steps of a batch (see `seqpipe.kernels.sources.lstm`)."""

from seqpipe.kernels.compiler import inlined, kernel
from seqpipe.kernels.sources.activations import tanh
from seqpipe.kernels.sources.product import multiply
from seqpipe.kernels.sources.rows import add


@inlined
def expose_gradient(cell, gradient, output_gate, cell_gradient):
    """Replace o by the gradient of its sum and add to the gradient of c[t]; clear that of a[t], now passed on."""
    one = cell.dtype.type(1)
    for i in range(cell.size):
        exposed, o = tanh(cell[i]), output_gate[i]
        output_gate[i] = gradient[i] * exposed * o * (one - o)
        cell_gradient[i] += gradient[i] * o * (one - exposed * exposed)
        gradient[i] = 0


@inlined
def write_gradient(cell_gradient, input_gate, candidate):
    """Replace i and g by the gradients of their sums."""
    one = candidate.dtype.type(1)
    for k in range(candidate.size):
        i, g = input_gate[k], candidate[k]
        input_gate[k] = cell_gradient[k] * g * i * (one - i)
        candidate[k] = cell_gradient[k] * i * (one - g * g)


@inlined
def forget_gradient(previous_cell, forget, cell_gradient):
    """Replace f by the gradient of its sum, and the gradient of c[t] by that of c[t-1]."""
    one = forget.dtype.type(1)
    for i in range(forget.size):
        f = forget[i]
        forget[i] = cell_gradient[i] * previous_cell[i] * f * (one - f)
        cell_gradient[i] *= f


@kernel(
    "float[:, :, ::1]",
    "int64[::1]",
    "int64",
    "int64",
    "float[:, ::1]",
    "float[:, ::1]",
    "float[:, ::1]",
    "out float[:, ::1]",
    "out float[:, ::1]",
    "out float[:, ::1]",
)
def lstm_backward(
    weights, starts, backwards, column, cells, previous_cells, grad_outputs, grad_state, grad_cell, gates
):
    """Run over all steps in reverse.

    Args:
        weights: Wh packed as a right factor, (4 hidden) by (hidden).
        starts, backwards, column: as given to `lstm_forward`.
        cells, previous_cells: c[t] at, and c[t-1] before, each position, (positions, hidden).
        grad_outputs: the gradient of the outputs, (positions, at least column + hidden).
        grad_state, grad_cell: the gradients of a and c after, and then before, (sequences, hidden).
        gates: i, f, g, o as `lstm_forward` made them; become the gradients of their sums.
    """
    hidden = grad_state.shape[1]
    steps = starts.size - 1
    for step in range(steps):
        t = step if backwards else steps - 1 - step
        active = gates[starts[t] : starts[t + 1]]
        for row in range(active.shape[0]):
            gate, position = active[row], starts[t] + row
            add(grad_outputs[position, column : column + hidden], grad_state[row])
            expose_gradient(cells[position], grad_state[row], gate[3 * hidden :], grad_cell[row])
            write_gradient(grad_cell[row], gate[:hidden], gate[2 * hidden : 3 * hidden])
            forget_gradient(previous_cells[position], gate[hidden : 2 * hidden], grad_cell[row])
        before = grad_state[: active.shape[0]]
        multiply(active, weights, before, before)
