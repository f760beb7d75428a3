"""The long short-term memory, with no peepholes.

i = sigmoid(Wii x[t] + Whi a[t-1] + bi)
f = sigmoid(Wif x[t] + Whf a[t-1] + bf)
g = tanh(Wig x[t] + Whg a[t-1] + bg)
o = sigmoid(Wio x[t] + Who a[t-1] + bo)
c[t] = f * c[t-1] + i * g
a[t] = o * tanh(c[t])
"""

from seqpipe.kernels.compiler import inlined
from seqpipe.kernels.sources.vector.activations import sigmoid, tanh
from seqpipe.kernels.sources.vector.arithmetic import multiply_add


@inlined
def update(sums, apart, before, weights):
    """Return a[t] and c[t]; the gates i, f, g, o; and nothing else."""
    (i, f, g, o), (_, c) = sums, before
    i, f, g, o = sigmoid(i), sigmoid(f), tanh(g), sigmoid(o)
    c = multiply_add(f, c, i * g)
    return (o * tanh(c), c), (i, f, g, o), ()


@inlined
def gradient(of_after, step):
    """Return the gradients of the sums, of no parts apart, of a[t-1] and c[t-1] but for the product, of no weights.

    With da and dc those of a[t] and c[t], the latter as it comes from the step after: dc += da o (1 - tanh(c[t])^2),
    di = dc g i (1 - i), df = dc c[t-1] f (1 - f), dg = dc i (1 - g^2), do = da tanh(c[t]) o (1 - o), dc[t-1] = dc f,
    and da[t-1] = Whi' di + Whf' df + Whg' dg + Who' do.
    """
    (i, f, g, o), (_, before), (_, c), (of_a, of_c) = step.gates, step.before, step.after, of_after
    exposed = tanh(c)
    through = of_a * o
    of_c = of_c + multiply_add(through * exposed, exposed * -1.0, through)
    of_i, of_f = of_c * g * (i - i * i), of_c * before * (f - f * f)
    of_g, of_o = of_c * i * (1.0 - g * g), of_a * exposed * (o - o * o)
    return (of_i, of_f, of_g, of_o), (), (0.0, of_c * f), ()
