"""Matrices of bytes in plain NumPy, as `seqpipe.kernels.int8_product` describes them; sums are integers."""

import numpy as np


def quantize(vectors):
    """Return each row as whole numbers from -127 to 127, and its scale in float32."""
    top = np.abs(vectors).max(axis=1, initial=0).astype(np.float32)
    factor = np.divide(np.float32(127), top, out=np.zeros_like(top), where=top > 0)
    return np.rint(vectors * factor[:, None]).astype(np.int64), top / np.float32(127)


def product(vectors, matrix):
    """Return the integer sums of vectors (rows, depth) with a `Quantized` matrix (columns, depth), and the product."""
    rows, scales = quantize(vectors)
    totals = rows @ matrix.values.astype(np.int64).T
    return totals, totals * (scales.astype(np.float64)[:, None] * matrix.scales)


class Matrix:
    """A `Quantized` matrix (columns, depth) that `tests.naive_recurrent` can multiply with a vector (depth,)."""

    def __init__(self, matrix):
        self.matrix = matrix

    def __matmul__(self, vector):
        return product(np.asarray(vector, np.float32)[None], self.matrix)[1][0]
