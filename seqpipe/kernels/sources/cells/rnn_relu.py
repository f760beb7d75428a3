"""The plain recurrent cell with ReLU: ``a[t] = max(0, Wax x[t] + Waa a[t-1] + ba)``."""

from seqpipe.kernels.compiler import inlined
from seqpipe.kernels.sources.vector.arithmetic import rectify, where_positive


@inlined
def update(sums, apart, before, weights):
    """Return a[t], which is also all that the gradient needs."""
    a = rectify(sums[0])
    return (a,), (a,), ()


@inlined
def gradient(of_after, step):
    """Return the gradient of the sum, and of nothing else but through it.

    With da that of a[t]: ds = da where a[t] > 0, else 0, and da[t-1] = Waa' ds.
    """
    (a,), (of_a,) = step.gates, of_after
    return (where_positive(a, of_a),), (), (0.0,), ()
