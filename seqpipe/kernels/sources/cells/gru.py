"""The gated recurrent unit.

    r = sigmoid(Wir x[t] + bir + Whr a[t-1] + bhr)
    z = sigmoid(Wiz x[t] + biz + Whz a[t-1] + bhz)
    h = Whn a[t-1] + bhn
    n = tanh(Win x[t] + bin + r * h)
    a[t] = (1 - z) * n + z * a[t-1]

The reset gate r applies after the product, as in PyTorch, so h comes apart.
"""

from seqpipe.kernels.compiler import inlined
from seqpipe.kernels.sources.vector.activations import sigmoid, tanh
from seqpipe.kernels.sources.vector.arithmetic import multiply_add


@inlined
def update(sums, apart, before, weights):
    """Return a[t]; the gates r, z, n; and h."""
    (r, z, n), (h,), (a,) = sums, apart, before
    r, z = sigmoid(r), sigmoid(z)
    n = tanh(multiply_add(r, h, n))
    return (multiply_add(z, a - n, n),), (r, z, n), (h,)


@inlined
def gradient(of_after, step):
    """Return the gradients of the sums, of h, of a[t-1] but for what passes through the product, and of no weights.

    With da that of a[t]: dn = da (1 - z) (1 - n^2), dz = da (a[t-1] - n) z (1 - z), dr = dn h r (1 - r), dh = dn r, and
    da[t-1] = da z + Whr' dr + Whz' dz + Whn' dh.
    """
    (r, z, n), (h,), (a,), (of_a,) = step.gates, step.kept, step.before, of_after
    passed = of_a * z
    of_n = (of_a - passed) * (1.0 - n * n)
    of_r = of_n * h * (r - r * r)
    return (of_r, (a - n) * (passed - passed * z), of_n), (of_n * r,), (passed,), ()
