"""Rows that gradients are made of: added to those that ids name, summed, and those of the step before."""

import numpy as np

from seqpipe.kernels.annotations import Array1, Array2, Array3, Float, Out
from seqpipe.kernels.compiler import inlined, kernel
from seqpipe.kernels.sources.linear.rows import BLOCK, add, copy
from seqpipe.kernels.sources.vector.vectors import load, store


@kernel
def scatter_add_columns(values: Array2[Float], ids: Array1[np.int32], matrix: Out[Array2[Float]]) -> None:
    """Add each row of ``values`` to the column of the matrix that its id names, in order; negative ids name none."""
    for begin in range(0, matrix.shape[0], BLOCK):
        for position in range(ids.size):
            if ids[position] >= 0:
                for row in range(begin, min(begin + BLOCK, matrix.shape[0])):
                    matrix[row, ids[position]] += values[position, row]


@kernel
def scatter_add(values: Array2[Float], ids: Array1[np.int32], table: Out[Array2[Float]]) -> None:
    """Add each row of ``values`` to the row of the table that its id names, in order; negative ids name none."""
    for position in range(ids.size):
        if ids[position] >= 0:
            add(values[position], table[ids[position]])


@kernel
def add_rows(values: Array2[Float], out: Out[Array1[Float]]) -> None:
    """Add all rows to ``out``, from the first to the last; columns beyond those of ``out`` are left aside."""
    for row in range(values.shape[0]):
        add(values[row], out)


@inlined
def position_before(starts, backwards, step, row):
    """Return the position at the step before, the one after for a layer that runs backwards; -1 if there is none."""
    before = step + 1 if backwards else step - 1
    if 0 <= before < starts.size - 1 and row < starts[before + 1] - starts[before]:
        return starts[before] + row
    return -1


@kernel
def previous_rows(
    initial: Array2[Float],
    starts: Array1[np.int64],
    backwards: int,
    column: int,
    states: Array2[Float],
    out: Out[Array2[Float]],
) -> None:
    """Set each row of ``out`` to the state before that position: of the step before it, or the initial one.

    initial (sequences, hidden), states (positions, at least column + hidden) in packed order, out (positions, hidden).
    """
    for step in range(starts.size - 1):
        for row in range(starts[step + 1] - starts[step]):
            before = position_before(starts, backwards, step, row)
            if before < 0:
                copy(initial[row], out[starts[step] + row])
            else:
                copy(states[before, column : column + out.shape[1]], out[starts[step] + row])


@kernel
def pack_previous_rows(
    initial: Array2[Float],
    hidden: int,
    starts: Array1[np.int64],
    backwards: int,
    column: int,
    states: Array2[Float],
    packed: Out[Array3[Float]],
) -> None:
    """Write what `previous_rows` would for the first ``hidden`` columns of ``initial``, packed as a right factor."""
    for step in range(starts.size - 1):
        for row in range(starts[step + 1] - starts[step]):
            before = position_before(starts, backwards, step, row)
            if before < 0:
                _pack_row(initial, row, 0, hidden, starts[step] + row, packed)
            else:
                _pack_row(states, before, column, hidden, starts[step] + row, packed)


@inlined
def _pack_row(values, row, column, width, position, packed):
    lanes = packed.shape[2]
    for vector in range(packed.shape[0]):
        first = vector * lanes
        store(packed[vector], position, 0, load(values, row, column + first, width - first), lanes)
