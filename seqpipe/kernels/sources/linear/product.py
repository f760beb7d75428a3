"""Products with a packed right factor: ``out = start + left @ right``.

See `seqpipe.kernels.sources.linear.tile` for the order of the additions, and `seqpipe.kernels.product` for the packed
form.
"""

from seqpipe.kernels.annotations import Array2, Array3, Float, Out
from seqpipe.kernels.compiler import inlined, kernel
from seqpipe.kernels.isa import instruction_set
from seqpipe.kernels.sources.linear.tile import multiply_tile, tile_rows

VECTORS = instruction_set().vectors
BLOCK_VALUES = 131072  # of the left factor, which stay in the L2 cache while the weights stream by


@inlined
def vector_ahead(first, end, gates, part):
    """Return the panel from ``first`` to ``end`` and the vector in it that the tile number ``part`` fetches ahead."""
    part = min(part, gates * (end - first) - 1)
    return first + part // gates, part % gates


def multiplication(gates, panels):
    """Return a function that sets rows of ``out = start + left @ right``, for panels of ``gates`` vectors.

    It goes in tiles of so many panels, and of one where those are too many; ``columns`` is the width of a gate.
    """
    most = tile_rows(gates, panels)

    @inlined
    def multiply_rows(left, left_row, right, start, start_row, out, out_row, rows, columns):
        lanes = right.shape[2] // gates
        count = right.shape[0]
        block = max(most, BLOCK_VALUES // max(1, right.shape[1]) // most * most)
        for begin in range(0, rows, block):
            end = min(begin + block, rows)
            panel = 0
            while panel < count:
                wide = panel + panels <= count
                column = panel * lanes
                following = min(panel + (panels if wide else 1), count - 1)
                row, tiles, part = begin, -(-(end - begin) // most), 0
                while tiles > 0:
                    height = (end - row) // tiles
                    source = (left, left_row + row, 0)
                    first = (start, start_row + row, column, columns)
                    target = (out, out_row + row, column, columns)
                    ahead = vector_ahead(following, min(count, following + panels), gates, part)
                    if wide:
                        multiply_tile(
                            source, right, panel, ahead, first, target, height, columns - column, gates, panels, most
                        )
                    else:
                        multiply_tile(
                            source, right, panel, ahead, first, target, height, columns - column, gates, 1, most
                        )
                    row, tiles, part = row + height, tiles - 1, part + 1
                panel += panels if wide else 1

    return multiply_rows


multiply_rows = multiplication(1, VECTORS)


@inlined
def multiply(left, right, start, out):
    """Set ``out = start + left @ right``.

    left (rows, depth), right (vectors, depth, lanes) packed, start and out (rows, columns); start may be out, or have
    one row that serves all.
    """
    multiply_rows(left, 0, right, start, 0, out, 0, out.shape[0], out.shape[1])


@kernel
def product(left: Array2[Float], right: Array3[Float], start: Array2[Float], out: Out[Array2[Float]]) -> None:
    """Set ``out = start + left @ right`` (see `multiply`)."""
    multiply(left, right, start, out)
