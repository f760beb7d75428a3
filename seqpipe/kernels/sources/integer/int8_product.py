"""Products with a factor of bytes: ``out = start + (scale * left) @ (scales * right)``, the sums being exact in int32.

See `seqpipe.kernels.int8_product` for the packed form of the right factor.
"""

from typing import Any, NamedTuple

import numpy as np
from llvmlite import ir
from numba import config, types
from numba.extending import intrinsic

from seqpipe.kernels.annotations import Array1, Array2, Out
from seqpipe.kernels.compiler import inlined, kernel
from seqpipe.kernels.integer_dots import integer_dot
from seqpipe.kernels.isa import instruction_set
from seqpipe.kernels.numba_internals import make_array, unpack_tuple
from seqpipe.kernels.sources.integer.integer_tile import add_tile
from seqpipe.kernels.sources.integer.quantization import Room, quantize_row
from seqpipe.kernels.sources.vector.arithmetic import multiply_add
from seqpipe.kernels.sources.vector.vectors import Vector, load, store

DOT, LANES = integer_dot(), instruction_set().lanes(4)
MOST_ROWS, MOST_VECTORS = DOT.rows, DOT.vectors


class Int8Weights(NamedTuple):
    """A packed right factor: see `seqpipe.kernels.int8_product`."""

    values: Any
    initial: Any
    scales: Any


@inlined
def chunk_of(done, count, backwards):
    """Return the first vector and the vectors of the next chunk, after ``done`` of ``count`` vectors of columns.

    Chunks have as many vectors as a tile of one row while there are so many, and then the largest power of two.
    """
    if backwards:
        left = count - done
        rest = left % MOST_VECTORS
        width = rest & -rest if rest else MOST_VECTORS
        return left - width, width
    width = MOST_VECTORS
    while done + width > count:
        width //= 2
    return done, width


@inlined
def multiply_bytes(room, count, weights, backwards):
    """Set the first rows of ``room.totals = room.rows @ right``; ``backwards``: from the last columns to the first."""
    vectors = weights.initial.size // LANES
    column_bytes = weights.values.size // weights.initial.size
    done = 0
    while done < vectors:
        chunk, width = chunk_of(done, vectors, backwards)
        step = 4 * LANES * width
        row = 0
        while row < count:
            height = MOST_ROWS
            while row + height > count:
                height //= 2
            part = min(width, MOST_VECTORS // height)
            vector = chunk
            while vector < chunk + width:
                start = column_bytes * LANES * chunk + 4 * LANES * (vector - chunk)
                place = (start, step)
                add_tile(room, row, weights, place, LANES * vector, height, part)
                vector += part
            row += height
        done += width


def _load_totals_plain(totals, row, column):
    return totals[row, column : column + LANES].astype(np.float32)


@intrinsic
def _load_totals(_typing, totals, row, column):
    def generate(context, builder, signature, arguments):
        struct = make_array(signature.args[0])(context, builder, arguments[0])
        stride, _ = unpack_tuple(builder, struct.strides)
        start = builder.gep(
            builder.bitcast(struct.data, ir.IntType(8).as_pointer()), [builder.mul(arguments[1], stride)]
        )
        place = builder.gep(builder.bitcast(start, ir.IntType(32).as_pointer()), [arguments[2]])
        value = builder.load(builder.bitcast(place, ir.VectorType(ir.IntType(32), LANES).as_pointer()))
        value.align = 4
        return builder.sitofp(value, ir.VectorType(ir.FloatType(), LANES))

    return Vector(types.float32)(totals, types.int64, types.int64), generate


load_totals = _load_totals_plain if config.DISABLE_JIT else _load_totals
"""``load_totals(totals, row, column)``: a vector of sums from there on, as float32; up to 2**24 they are exact."""


@inlined
def rescaled(room, row, weights, column, start, count):
    """Return some columns of a row of the product, ``start`` added to it; lanes from count on mean nothing."""
    scale = load(weights.scales, 0, column, count) * room.scales[row]
    return multiply_add(load_totals(room.totals, row, column), scale, start)


@inlined
def add_product(room, count, weights, start, start_row, out, out_row):
    """Set rows of ``out = start + product``, of which the room has the totals; start may have one row for all."""
    columns = out.shape[1]
    for row in range(count):
        first = start_row + row if start.shape[0] > 1 else 0
        for column in range(0, columns, LANES):
            left = columns - column
            value = rescaled(room, row, weights, column, load(start, first, column, left), left)
            store(out, out_row + row, column, value, left)


@inlined
def multiply_rows(vectors, first, count, weights, start, start_row, out, out_row, room):
    """Set rows of ``out = start + vectors @ right``, the vectors in bytes, as many at once as there is room for."""
    done = 0
    while done < count:
        part = min(room.rows.shape[0], count - done)
        for row in range(part):
            quantize_row(vectors, first + done + row, 0, vectors.shape[1], room, row)
        multiply_bytes(room, part, weights, False)
        add_product(room, part, weights, start, start_row + done, out, out_row + done)
        done += part


@kernel
def product(
    vectors: Array2[np.float32],
    values: Array1[np.int8],
    initial: Array1[np.int32],
    scales: Array2[np.float32],
    start: Array2[np.float32],
    rows: Out[Array2[np.int8]],
    begins: Out[Array1[np.int32]],
    row_scales: Out[Array1[np.float32]],
    totals: Out[Array2[np.int32]],
    out: Out[Array2[np.float32]],
) -> None:
    """Set ``out = start + vectors @ right``, as many rows at once as there is room for."""
    weights, room = Int8Weights(values, initial, scales), Room(rows, begins, row_scales, totals)
    multiply_rows(vectors, 0, vectors.shape[0], weights, start, 0, out, 0, room)


@kernel
def totals(
    vectors: Array2[np.float32],
    values: Array1[np.int8],
    initial: Array1[np.int32],
    backwards: int,
    rows: Out[Array2[np.int8]],
    begins: Out[Array1[np.int32]],
    row_scales: Out[Array1[np.float32]],
    sums: Out[Array2[np.int32]],
) -> None:
    """Set ``sums = rows @ right`` and the scales of the rows, which are the vectors in bytes."""
    weights, room = Int8Weights(values, initial, row_scales), Room(rows, begins, row_scales, sums)
    for row in range(vectors.shape[0]):
        quantize_row(vectors, row, 0, vectors.shape[1], room, row)
    multiply_bytes(room, vectors.shape[0], weights, backwards)
