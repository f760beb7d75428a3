"""The plain recurrent cell: ``a[t] = tanh(Wax x[t] + Waa a[t-1] + ba)``."""

from seqpipe.kernels.compiler import inlined
from seqpipe.kernels.sources.vector.activations import tanh
from seqpipe.kernels.sources.vector.arithmetic import multiply_add


@inlined
def update(sums, apart, before, weights):
    """Return a[t], which is also all that the gradient needs."""
    a = tanh(sums[0])
    return (a,), (a,), ()


@inlined
def gradient(of_after, step):
    """Return the gradient of the sum, and of nothing else but through it.

    With da that of a[t]: ds = da (1 - a[t]^2), and da[t-1] = Waa' ds.
    """
    (a,), (of_a,) = step.gates, of_after
    return (of_a * multiply_add(a * -1.0, a, 1.0),), (), (0.0,), ()
