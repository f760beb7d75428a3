"""Products with a packed right factor: ``out = start + left @ right``.

See `seqpipe.kernels.sources.tile` for the order of the additions, and `seqpipe.kernels.product` for the packed form.
"""

from seqpipe.kernels.compiler import inlined, kernel
from seqpipe.kernels.sources.tile import ROWS, VECTORS, multiply_tile

BLOCK_ROWS = 16 * ROWS  # rows whose left factor stays in the L1 or L2 cache while the weights stream by
BLOCK_DEPTH = 256  # steps whose right factor stays in the L2 cache while the rows of the result pass


@inlined
def multiply(left, right, start, out):
    """Set ``out = start + left @ right``.

    left (rows, depth), right (vectors, depth, lanes) packed, start and out (rows, columns); start may be out, or have
    one row that serves all.
    """
    rows, vectors = out.shape[0], right.shape[0]
    for block in range(0, rows, BLOCK_ROWS):
        block_end = min(block + BLOCK_ROWS, rows)
        vector = 0
        while vector < vectors:
            width = VECTORS if vector + VECTORS <= vectors else 1
            for row in range(block, block_end, ROWS):
                multiply_tile(left, right, start, out, row, min(ROWS, block_end - row), vector, width)
            vector += width


@kernel("float[:, ::1]", "float[:, :, ::1]", "float[:, ::1]", "out float[:, ::1]")
def product(left, right, start, out):
    """Set ``out = start + left @ right`` (see `multiply`)."""
    multiply(left, right, start, out)


@kernel("float[:, ::1]", "float[:, :, ::1]", "out float[:, ::1]")
def add_transposed_product(left, right, out):
    """Add ``left.T @ right`` to out (rows, columns): left (depth, at least rows), right (vectors, depth, lanes)."""
    depth = left.shape[0]
    for begin in range(0, depth, BLOCK_DEPTH):
        end = min(begin + BLOCK_DEPTH, depth)
        multiply(left[begin:end].T, right[:, begin:end], out, out)


@kernel("float[:, ::1]", "out float[:, :, ::1]")
def pack(matrix, packed):
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


@kernel("float[:, ::1]", "out float[:, :, ::1]")
def pack_transposed(matrix, packed):
    """Pack the transpose of matrix (columns, depth) into packed (vectors, depth, lanes), as `pack` does."""
    columns, depth = matrix.shape
    vectors, _, lanes = packed.shape
    for vector in range(vectors):
        for lane in range(lanes):
            column = vector * lanes + lane
            for step in range(depth):
                packed[vector, step, lane] = matrix[column, step] if column < columns else 0.0
