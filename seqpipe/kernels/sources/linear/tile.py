"""The tile of the matrix product: a block of accumulators held in vector registers while k runs over the depth.

Written as LLVM vector IR, because the order of the additions is part of the result: every element of the product is one
ascending chain of multiply-adds over k, whatever the tile it falls into. So a row comes out bit for bit the same
alone and in a batch.
"""

from llvmlite import ir
from numba import config, types
from numba.extending import intrinsic

from seqpipe.kernels.isa import instruction_set
from seqpipe.kernels.numba_internals import make_array, unpack_tuple
from seqpipe.kernels.sources.linear.tile_body import PARAMETERS, TileWriter
from seqpipe.kernels.sources.vector.vectors import itemsize_of

ISA = instruction_set()
MOST_ROWS = 8
BYTES, INT64 = ir.IntType(8).as_pointer(), ir.IntType(64)


def tile_rows(gates, panels):
    """Return how many rows a tile of so many vectors of columns may have."""
    return max(1, min(MOST_ROWS, ISA.accumulators // (gates * panels)))


def _multiply_tile_plain(left, right, panel, ahead, start, out, rows, count, gates, panels, most):
    (values, row, column), (initial, start_row, start_column, start_gate) = left, start
    (result, out_row, out_column, out_gate), depth = out, right.shape[1]
    lanes = right.shape[2] // gates
    factors = values[row : row + rows, column : column + depth]
    for index in range(panels):
        width = min(lanes, count - index * lanes)
        for gate in range(gates):
            place = gate * lanes
            first, target = (
                base + gate * stride + index * lanes
                for base, stride in ((start_column, start_gate), (out_column, out_gate))
            )
            rows_of_start = initial if len(initial) == 1 else initial[start_row : start_row + rows]
            begin = rows_of_start[:, first : first + width]
            product = factors @ right[panel + index, :, place : place + width]
            result[out_row : out_row + rows, target : target + width] = begin + product


@intrinsic(prefer_literal=True)
def _multiply_tile(_typing, left, right, panel, ahead, start, out, rows, count, gates, panels, most):
    shape = gates.literal_value, panels.literal_value
    heights = range(1, most.literal_value + 1)

    def generate(context, builder, signature, arguments):
        def place(index):
            """Return an array of the tuple at ``index`` and its row, column and perhaps distance of gates."""
            kind, values = signature.args[index], unpack_tuple(builder, arguments[index])
            return make_array(kind[0])(context, builder, values[0]), *values[1:]

        weights = make_array(right)(context, builder, arguments[1])
        element = context.get_data_type(right.dtype)
        ahead = unpack_tuple(builder, arguments[3])
        values = _tile_arguments(
            builder, element, shape[0], place(0), (weights, arguments[2], ahead), place(4), place(5)
        )
        _dispatch(builder, element, arguments[6], heights, shape, [*values, arguments[7]])
        return context.get_dummy_value()

    plain = [types.unliteral(kind) for kind in (panel, ahead, start, out, rows, count)]
    return types.void(left, right, *plain, gates, panels, most), generate


multiply_tile = _multiply_tile_plain if config.DISABLE_JIT else _multiply_tile
"""A tile of ``out = start + left @ right``.

Args:
    left: an array (rows, depth) of any strides, and the row and column at which the factor begins.
    right: (panels, depth, gates * lanes), as `seqpipe.kernels.product.pack` makes it.
    panel: the first panel of the tile.
    ahead: what is fetched from right meanwhile: a panel, and which of its vectors of each step.
    start, out: an array, the row and column of the tile in it, and how many columns lie between one gate and the
        next; start may be out itself, or have one row that serves all.
    rows: of the tile, at most ``most``.
    count: columns of a gate from the tile's first to the last of the product; what is beyond is left alone.
    gates, panels, most: constants: vectors of columns in a panel, panels in the tile, and its rows at most.
"""


def _tile_arguments(builder, element, gates, left, right, start, out):
    """Return the values for `PARAMETERS`, but the last."""
    vector = INT64(ISA.lanes(itemsize_of(element)) * itemsize_of(element))
    left_strides, right_strides, start_strides, out_strides = (
        unpack_tuple(builder, array.strides) for array in (left[0], right[0], start[0], out[0])
    )
    start_rows, _ = unpack_tuple(builder, start[0].shape)
    alone = builder.icmp_signed("==", start_rows, INT64(1))
    start_row = builder.select(alone, INT64(0), start_strides[0])
    depth = unpack_tuple(builder, right[0].shape)[1]

    def address(array, *offsets):
        pointer = builder.bitcast(array.data, BYTES)
        for offset, stride in offsets:
            pointer = builder.gep(pointer, [builder.mul(offset, stride)])
        return pointer

    return [
        address(left[0], (left[1], left_strides[0]), (left[2], left_strides[1])),
        *left_strides,
        address(right[0], (right[1], right_strides[0])),
        right_strides[0],
        builder.mul(vector, INT64(gates)),
        address(right[0], (right[2][0], right_strides[0]), (builder.mul(right[2][1], depth), vector)),
        address(start[0], (start[1], start_row), (start[2], start_strides[1])),
        start_row,
        builder.mul(start[3], start_strides[1]),
        address(out[0], (out[1], out_strides[0]), (out[2], out_strides[1])),
        out_strides[0],
        builder.mul(out[3], out_strides[1]),
        depth,
    ]


def _dispatch(builder, element, rows, heights, shape, values):
    """Call the tile function for ``rows``, which are known at run time only."""
    done = builder.append_basic_block("tile_done")
    choice = builder.switch(rows, done)
    for height in heights:
        block = builder.append_basic_block(f"tile_{height}")
        choice.add_case(INT64(height), block)
        builder.position_at_end(block)
        builder.call(tile_function(builder.module, element, height, *shape), values)
        builder.branch(done)
    builder.position_at_end(done)


def tile_function(module, element, rows, gates, panels):
    """Return the function that computes a tile of exactly this shape."""
    name = f"seqpipe_tile_{element}_{rows}x{gates}x{panels}"
    if name in module.globals:
        return module.globals[name]
    function = ir.Function(module, ir.FunctionType(ir.VoidType(), PARAMETERS.values()), name)
    function.linkage = "linkonce_odr"
    function.attributes.add("noinline")
    TileWriter(function, element, rows, gates, panels).write()
    return function
