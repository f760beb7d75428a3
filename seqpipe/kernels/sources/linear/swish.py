"""The activation x / (1 + exp(-x)), and its gradient (P. Ramachandran, B. Zoph, Q. Le, 2017)."""

from seqpipe.kernels.annotations import Array2, Float, Out
from seqpipe.kernels.compiler import kernel
from seqpipe.kernels.sources.vector.activations import sigmoid


@kernel
def swish(values: Array2[Float], out: Out[Array2[Float]]) -> None:
    """Write the activation of each value, maybe in place."""
    for row in range(len(values)):
        for column in range(values.shape[1]):
            out[row, column] = values[row, column] * sigmoid(values[row, column])


@kernel
def swish_gradient(values: Array2[Float], gradient: Array2[Float], out: Out[Array2[Float]]) -> None:
    """Write the gradient of the values from that of their activations, maybe in place of either."""
    one = values.dtype.type(1)
    for row in range(len(values)):
        for column in range(values.shape[1]):
            value = values[row, column]
            open_part = sigmoid(value)
            out[row, column] = gradient[row, column] * open_part * (one + value * (one - open_part))
