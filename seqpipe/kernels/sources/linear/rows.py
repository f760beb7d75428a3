"""Rows and columns of tables, gathered by ids."""

import numpy as np

from seqpipe.kernels.annotations import Array1, Array2, Float, Out
from seqpipe.kernels.compiler import inlined, kernel

BLOCK = 16  # rows of a matrix whose columns are visited in any order: they stay in the L2 cache


@inlined
def copy(source, target):
    """Copy a row."""
    for i in range(target.size):
        target[i] = source[i]


@inlined
def add(source, target):
    """Add a row to another."""
    for i in range(target.size):
        target[i] += source[i]


@kernel
def gather(table: Array2[Float], absent: Array1[Float], ids: Array1[np.int32], out: Out[Array2[Float]]) -> None:
    """Set each row of ``out`` to the row of the table that its id names; a negative id names ``absent``."""
    for position in range(ids.size):
        row = ids[position]
        if row < 0:
            copy(absent, out[position])
        else:
            copy(table[row], out[position])


@kernel
def gather_columns(matrix: Array2[Float], bias: Array1[Float], ids: Array1[np.int32], out: Out[Array2[Float]]) -> None:
    """Set each row of ``out`` to the column of the matrix that its id names, plus the bias; negative ids name none."""
    for begin in range(0, matrix.shape[0], BLOCK):
        for position in range(ids.size):
            column = ids[position]
            for row in range(begin, min(begin + BLOCK, matrix.shape[0])):
                out[position, row] = bias[row] if column < 0 else matrix[row, column] + bias[row]
