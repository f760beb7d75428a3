"""The tile of the integer product: int32 sums held in vector registers while k runs over the depth, four at a time.

The sums are exact, so neither the shape of the tile nor the CPU's instructions
(`seqpipe.kernels.sources.integer.integer_dot`) can be seen in the result.
"""

import numpy as np
from llvmlite import ir
from numba import config, types
from numba.extending import intrinsic

from seqpipe.kernels.integer_dots import integer_dot
from seqpipe.kernels.numba_internals import make_array, unpack_tuple
from seqpipe.kernels.sources.integer.integer_dot import WRITERS
from seqpipe.kernels.sources.linear.tile_body import rolled
from seqpipe.kernels.sources.vector.vectors import prefetch_function, splat

DOT = integer_dot()
BYTES, INT32, INT64 = ir.IntType(8).as_pointer(), ir.IntType(32), ir.IntType(64)
AHEAD = 1024  # bytes of the weights that are fetched before their turn
CACHE_LINE = 64  # bytes
PARAMETERS = {  # addresses, distances in bytes, and how many groups of four the depth has
    "left": BYTES,
    "left_row": INT64,
    "right": BYTES,
    "right_step": INT64,
    "initial": BYTES,
    "begins": BYTES,
    "totals": BYTES,
    "totals_row": INT64,
    "groups": INT64,
}


class IntegerTileWriter:
    """Writes a function of `PARAMETERS` that computes a tile of ``rows`` times ``vectors`` of sums."""

    def __init__(self, function, dot, rows, vectors):
        self.builder = ir.IRBuilder(function.append_basic_block("entry"))
        self.arguments = dict(zip(PARAMETERS, function.args, strict=True))
        self.dot, self.rows, self.vectors = WRITERS[dot.name](dot), range(rows), range(vectors)

    def write(self):
        """Write the whole body; there is at least one group."""
        builder, groups = self.builder, self.arguments["groups"]
        kept = [[self._begin(row, vector) for vector in self.vectors] for row in self.rows]
        before, loop, after = builder.block, builder.append_basic_block("loop"), builder.append_basic_block("after")
        builder.branch(loop)
        builder.position_at_end(loop)
        group = self._phi(INT64(0), before)
        running = [[tuple(self._phi(part, before) for part in sums) for sums in row] for row in kept]
        added = self._add_group(group, running)
        following = builder.add(group, INT64(1))
        group.add_incoming(following, loop)
        for phis, values in zip(_flat(running), _flat(added), strict=True):
            for phi, value in zip(phis, values, strict=True):
                phi.add_incoming(value, loop)
        again = builder.cbranch(builder.icmp_signed("<", following, groups), loop, after)
        again.set_metadata("llvm.loop", rolled(builder.module))
        builder.position_at_end(after)
        for row in self.rows:
            for vector in self.vectors:
                place = builder.gep(self._row("totals", row), [self._bytes(vector)])
                total = self.dot.end(builder, added[row][vector])
                builder.store(total, builder.bitcast(place, total.type.as_pointer())).align = 4
        builder.ret_void()

    def _add_group(self, group, running):
        """Add the products of four steps of the depth to the running sums and return the new ones."""
        builder, sums = self.builder, self.dot.sums
        step = builder.mul(group, self.arguments["right_step"])
        for line in range(0, len(self.vectors) * self.dot.bits // 8, CACHE_LINE):
            place = builder.gep(builder.gep(self.arguments["right"], [step]), [INT64(AHEAD + line)])
            # to read, into L1, as data
            builder.call(prefetch_function(builder), [place, INT32(0), INT32(3), INT32(1)])
        weights = [self._load("right", vector, self.dot.bytes, step) for vector in self.vectors]
        added = []
        for row in self.rows:
            place = builder.gep(self._row("left", row), [builder.mul(group, INT64(4))])
            four = builder.load(builder.bitcast(place, INT32.as_pointer()))
            inputs = self.dot.inputs(builder, builder.bitcast(splat(builder, four, sums), self.dot.bytes))
            added.append(
                [self.dot.add(builder, *pair, inputs) for pair in zip(running[row], weights, strict=True)],
            )
        return added

    def _begin(self, row, vector):
        """Return what is kept for a vector of sums before any product is added."""
        builder, sums = self.builder, self.dot.sums
        begins = builder.bitcast(self.arguments["begins"], INT32.as_pointer())
        of_row = splat(builder, builder.load(builder.gep(begins, [INT64(row)])), sums)
        return self.dot.begin(builder, builder.add(self._load("initial", vector, sums), of_row))

    def _load(self, array, vector, kind, *offsets):
        place = self.arguments[array]
        for offset in (*offsets, self._bytes(vector)):
            place = self.builder.gep(place, [offset])
        value = self.builder.load(self.builder.bitcast(place, kind.as_pointer()))
        value.align = 4
        return value

    def _row(self, array, row):
        return self.builder.gep(self.arguments[array], [self.builder.mul(INT64(row), self.arguments[f"{array}_row"])])

    def _bytes(self, vectors):
        return INT64(vectors * self.dot.bits // 8)

    def _phi(self, value, block):
        phi = self.builder.phi(value.type)
        phi.add_incoming(value, block)
        return phi


def tile_function(module, dot, rows, vectors):
    """Return the function that computes a tile of exactly this shape."""
    name = f"seqpipe_integer_tile_{dot.name}_{rows}x{vectors}"
    if name in module.globals:
        return module.globals[name]
    function = ir.Function(module, ir.FunctionType(ir.VoidType(), PARAMETERS.values()), name)
    function.linkage = "linkonce_odr"
    function.attributes.add("noinline")
    IntegerTileWriter(function, dot, rows, vectors).write()
    return function


def _flat(rows):
    return [sums for row in rows for sums in row]


def _add_tile_plain(room, row, weights, place, column, rows, vectors):
    (start, step), width = place, vectors * DOT.lanes
    groups = weights.values.size // (4 * weights.initial.size)
    values = np.stack([weights.values[start + group * step :][: 4 * width] for group in range(groups)])
    inputs = room.rows.view(np.uint8) if DOT.inputs == "unsigned" else room.rows
    four = inputs[row : row + rows, : 4 * groups].reshape(rows, groups, 4).astype(np.int64)
    products = np.einsum("rgk,gck->rc", four, values.reshape(groups, width, 4).astype(np.int64))
    columns = slice(column, column + width)
    room.totals[row : row + rows, columns] = weights.initial[columns] + products


@intrinsic
def _add_tile(_typing, room, row, weights, place, column, rows, vectors):
    def generate(context, builder, signature, arguments):
        def arrays(index):
            kind, values = signature.args[index], arguments[index]
            unpacked = unpack_tuple(builder, values, len(kind))
            return [make_array(one)(context, builder, value) for one, value in zip(kind, unpacked, strict=True)]

        def address(array, offset):
            return builder.gep(builder.bitcast(array.data, BYTES), [offset])

        (left, begins, _, totals), (values, initial, _) = arrays(0), arrays(2)
        row, (start, step) = arguments[1], unpack_tuple(builder, arguments[3])
        left_row, _ = unpack_tuple(builder, left.strides)
        totals_row, _ = unpack_tuple(builder, totals.strides)
        column = builder.mul(arguments[4], INT64(4))
        passed = [
            address(left, builder.mul(row, left_row)),
            left_row,
            address(values, start),
            step,
            address(initial, column),
            address(begins, builder.mul(row, INT64(4))),
            address(totals, builder.add(builder.mul(row, totals_row), column)),
            totals_row,
            builder.sdiv(values.nitems, builder.mul(initial.nitems, INT64(4))),
        ]
        _dispatch(builder, arguments[5], arguments[6], passed)
        return context.get_dummy_value()

    whole = types.int64
    return types.void(room, whole, weights, types.UniTuple(whole, 2), whole, whole, whole), generate


def shapes(dot):
    """Return the rows and the vectors of each tile that there is."""
    rows = [1 << power for power in range(dot.rows.bit_length())]
    return [(row, 1 << power) for row in rows for power in range((dot.vectors // row).bit_length())]


def _dispatch(builder, rows, vectors, values):
    """Call the tile function for rows and vectors, which are known at run time only."""
    done = builder.append_basic_block("tile_done")
    choice = builder.switch(builder.add(builder.mul(rows, INT64(DOT.vectors + 1)), vectors), done)
    for height, width in shapes(DOT):
        block = builder.append_basic_block(f"tile_{height}_{width}")
        choice.add_case(INT64(height * (DOT.vectors + 1) + width), block)
        builder.position_at_end(block)
        builder.call(tile_function(builder.module, DOT, height, width), values)
        builder.branch(done)
    builder.position_at_end(done)


add_tile = _add_tile_plain if config.DISABLE_JIT else _add_tile
"""``add_tile(room, row, weights, place, column, rows, vectors)``: a tile of ``room.totals = room.rows @ weights``.

Args:
    room: a `seqpipe.kernels.sources.integer.quantization.Room`.
    row: the first row of the tile.
    weights: a `seqpipe.kernels.sources.integer.int8_product.Int8Weights`.
    place: where the tile's weights begin in those, and how far the next group of four steps is, in bytes.
    column: the first column of the tile.
    rows, vectors: of the tile, one of `shapes`; columns are counted in vectors.
"""
