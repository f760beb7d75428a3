"""Matrices packed as right factors of products: see `seqpipe.kernels.product`."""

from seqpipe.kernels.annotations import Array2, Array3, Float, Out
from seqpipe.kernels.compiler import kernel


@kernel
def pack(matrix: Array2[Float], packed: Out[Array3[Float]]) -> None:
    """Pack matrix (depth, columns) into packed (vectors, depth, lanes), zeros after the last column."""
    depth, columns = matrix.shape
    vectors, _, lanes = packed.shape
    for vector in range(vectors):
        first = vector * lanes
        count = min(lanes, columns - first)
        for step in range(depth):
            for lane in range(count):
                packed[vector, step, lane] = matrix[step, first + lane]
            for lane in range(count, lanes):
                packed[vector, step, lane] = 0.0


@kernel
def pack_transposed(matrix: Array2[Float], gates: int, packed: Out[Array3[Float]]) -> None:
    """Pack the transpose of matrix (gates * columns, depth) into packed (panels, depth, gates * lanes).

    A panel holds the same columns of all gates; zeros after the last column of each.
    """
    depth = matrix.shape[1]
    columns = matrix.shape[0] // gates
    lanes = packed.shape[2] // gates
    for panel in range(packed.shape[0]):
        for gate in range(gates):
            for lane in range(lanes):
                column, place = panel * lanes + lane, gate * lanes + lane
                if column < columns:
                    for step in range(depth):
                        packed[panel, step, place] = matrix[gate * columns + column, step]
                else:
                    for step in range(depth):
                        packed[panel, step, place] = 0.0
