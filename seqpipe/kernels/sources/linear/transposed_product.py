"""Products with a transposed left factor, as gradients of weights are."""

from seqpipe.kernels.annotations import Array2, Array3, Float, Out
from seqpipe.kernels.compiler import kernel
from seqpipe.kernels.sources.linear.product import multiply
from seqpipe.kernels.sources.linear.rows import copy


@kernel
def transposed_product(
    left: Array2[Float],
    right: Array3[Float],
    zeros: Out[Array2[Float]],
    room: Out[Array2[Float]],
    out: Out[Array2[Float]],
) -> None:
    """Set out (rows, columns) to ``left.T @ right``: left (depth, at least rows), right (vectors, depth, lanes).

    Blocks of left are copied to ``room`` (steps, columns): where they stand, the steps of a column may all fall into
    the same few places of a cache. The first block starts from ``zeros`` (1, columns).
    """
    depth, rows = left.shape[0], out.shape[0]
    steps, width = room.shape
    for begin in range(0, max(depth, 1), steps):
        end = min(begin + steps, depth)
        for first in range(0, rows, width):
            last = min(first + width, rows)
            for step in range(begin, end):
                copy(left[step, first:last], room[step - begin, : last - first])
            part = out[first:last]
            start = part if begin else zeros
            multiply(room[: end - begin, : last - first].T, right[:, begin:end], start, part)
