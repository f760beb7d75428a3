"""Rows and columns of tables, gathered by ids."""

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


@kernel("float[:, ::1]", "float[::1]", "int32[::1]", "out float[:, ::1]")
def gather(table, absent, ids, out):
    """Set each row of ``out`` to the row of the table that its id names; a negative id names ``absent``."""
    for position in range(ids.size):
        row = ids[position]
        if row < 0:
            copy(absent, out[position])
        else:
            copy(table[row], out[position])


@kernel("float[:, ::1]", "float[::1]", "int32[::1]", "out float[:, ::1]")
def gather_columns(matrix, bias, ids, out):
    """Set each row of ``out`` to the column of the matrix that its id names, plus the bias; negative ids name none."""
    for begin in range(0, matrix.shape[0], BLOCK):
        for position in range(ids.size):
            column = ids[position]
            for row in range(begin, min(begin + BLOCK, matrix.shape[0])):
                out[position, row] = bias[row] if column < 0 else matrix[row, column] + bias[row]
