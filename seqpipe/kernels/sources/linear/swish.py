"""The activation x / (1 + exp(-x)), and its gradient (P. Ramachandran, B. Zoph, Q. Le, 2017)."""

from seqpipe.kernels.annotations import Array2, Float, Out
from seqpipe.kernels.compiler import kernel
from seqpipe.kernels.isa import instruction_set
from seqpipe.kernels.sources.vector.activations import sigmoid
from seqpipe.kernels.sources.vector.vectors import load, store

BYTES = instruction_set().lanes(1)


@kernel
def swish(values: Array2[Float], out: Out[Array2[Float]]) -> None:
    """Write the activation of each value, maybe in place."""
    columns = values.shape[1]
    for row in range(len(values)):
        for column in range(0, columns, BYTES // values.itemsize):
            value = load(values, row, column, columns - column)
            store(out, row, column, value * sigmoid(value), columns - column)


@kernel
def swish_gradient(values: Array2[Float], gradient: Array2[Float], out: Out[Array2[Float]]) -> None:
    """Write the gradient of the values from that of their activations, maybe in place of either."""
    one, columns = values.dtype.type(1), values.shape[1]
    for row in range(len(values)):
        for column in range(0, columns, BYTES // values.itemsize):
            value = load(values, row, column, columns - column)
            share = sigmoid(value)
            slope = share * (one + value * (one - share))
            store(out, row, column, load(gradient, row, column, columns - column) * slope, columns - column)
