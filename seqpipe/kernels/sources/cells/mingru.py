"""The minimal gated recurrent unit, whose gate and proposal depend on the input alone (L. Feng et al., 2024).

z = sigmoid(Wz x[t] + bz)
h = Wh x[t] + bh
a[t] = (1 - z) * a[t-1] + z * h
"""

from seqpipe.kernels.compiler import inlined
from seqpipe.kernels.sources.vector.activations import sigmoid
from seqpipe.kernels.sources.vector.arithmetic import multiply_add


@inlined
def update(sums, apart, before, weights):
    """Return a[t]; z and h; and nothing else."""
    (z, h), (a,) = sums, before
    z = sigmoid(z)
    return (multiply_add(z, h - a, a),), (z, h), ()


@inlined
def gradient(of_after, step):
    """Return the gradients of the sums, of no parts apart, of a[t-1], and of no weights.

    With da that of a[t]: dz = da (h - a[t-1]) z (1 - z), dh = da z, and da[t-1] = da (1 - z).
    """
    (z, h), (a,), (of_a,) = step.gates, step.before, of_after
    of_h = of_a * z
    return (of_h * (h - a) * (1.0 - z), of_h), (), (of_a - of_h,), ()
