"""The gated recurrent unit and its gradient for one row of a batch (see `seqpipe.kernels.sources.cells.gru`).

A row is passed over several times, each time with few arrays, as LLVM turns only such loops into vector instructions.
"""

from seqpipe.kernels.compiler import inlined
from seqpipe.kernels.sources.vector.activations import sigmoid, tanh


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
