"""The tile of the matrix product: a block of accumulators held in vector registers while k runs over the depth.

Written as LLVM vector IR, because the order of the additions is part of the result: every element of the product is one
ascending chain of multiply-adds over k, whatever the tile it falls into. So a row comes out bit for bit the same
alone and in a batch.
"""

from llvmlite import ir
from numba import config, types
from numba.core import cgutils
from numba.extending import intrinsic
from numba.np.arrayobj import make_array

from seqpipe.kernels.isa import instruction_set

ISA = instruction_set()
ROWS, VECTORS = ISA.rows, ISA.vectors
BYTES = ir.IntType(8).as_pointer()
INT32, INT64 = ir.IntType(32), ir.IntType(64)

# The arguments of a tile function: addresses, strides in bytes, the depth, and how many lanes of the last vector count.
_PARAMETERS = {
    "left": BYTES,
    "left_row": INT64,
    "left_step": INT64,
    "right": BYTES,
    "right_vector": INT64,
    "right_step": INT64,
    "start": BYTES,
    "start_row": INT64,
    "out": BYTES,
    "out_row": INT64,
    "depth": INT64,
    "last_lanes": INT64,
}


def _multiply_tile_plain(left, right, start, out, row, rows, vector, vectors):
    lanes = right.shape[2]
    columns = slice(vector * lanes, min((vector + vectors) * lanes, out.shape[1]))
    factor = right[vector : vector + vectors].transpose(1, 0, 2).reshape(right.shape[1], -1)
    initial = start if start.shape[0] == 1 else start[row : row + rows]
    product = left[row : row + rows] @ factor[:, : columns.stop - columns.start]
    out[row : row + rows, columns] = initial[:, columns] + product


@intrinsic
def _multiply_tile(_typing, left, right, start, out, row, rows, vector, vectors):
    def generate(context, builder, signature, arguments):
        arrays = [
            make_array(kind)(context, builder, value)
            for kind, value in zip(signature.args[:4], arguments[:4], strict=True)
        ]
        element = context.get_data_type(signature.args[0].dtype)
        values = _tile_arguments(builder, arrays, arguments[4], arguments[6], arguments[7], element)
        _dispatch(builder, element, arguments[5], arguments[7], values)
        return context.get_dummy_value()

    return types.void(left, right, start, out, row, rows, vector, vectors), generate


multiply_tile = _multiply_tile_plain if config.DISABLE_JIT else _multiply_tile
"""``multiply_tile(left, right, start, out, row, rows, vector, vectors)``: one tile of ``out = start + left @ right``.

left is (rows, depth) with any strides; right is (vectors, depth, lanes) as `seqpipe.kernels.product.pack` makes it;
start is (rows, columns), or (1, columns) for all rows, and may be out itself. The tile spans ``rows`` (1 to ROWS) from
``row`` and ``vectors`` (VECTORS or 1) from ``vector``.
"""


def _tile_arguments(builder, arrays, row, vector, vectors, element):
    """Return the values for `_PARAMETERS` at the tile's first row and vector."""
    left, right, start, out = arrays
    lanes = ISA.lanes(_itemsize(element))
    strides = [cgutils.unpack_tuple(builder, array.strides) for array in arrays]
    start_rows, _ = cgutils.unpack_tuple(builder, start.shape)
    _, out_columns = cgutils.unpack_tuple(builder, out.shape)
    alone = builder.icmp_signed("==", start_rows, INT64(1))
    start_row = builder.select(alone, INT64(0), strides[2][0])
    column = builder.mul(vector, INT64(lanes))
    last = builder.add(column, builder.mul(builder.sub(vectors, INT64(1)), INT64(lanes)))
    column_offset = builder.mul(column, INT64(_itemsize(element)))

    def address(array, *offsets):
        pointer = builder.bitcast(array.data, BYTES)
        for offset in offsets:
            pointer = builder.gep(pointer, [offset])
        return pointer

    return [
        address(left, builder.mul(row, strides[0][0])),
        *strides[0],
        address(right, builder.mul(vector, strides[1][0])),
        *strides[1][:2],
        address(start, builder.mul(row, start_row), column_offset),
        start_row,
        address(out, builder.mul(row, strides[3][0]), column_offset),
        strides[3][0],
        _depth(builder, left),
        builder.sub(out_columns, last),
    ]


def _depth(builder, left):
    """Return the number of columns of the left factor."""
    return cgutils.unpack_tuple(builder, left.shape)[1]


def _dispatch(builder, element, rows, vectors, values):
    """Call the tile function for ``rows`` and ``vectors``, which are known at run time only."""
    done = builder.append_basic_block("tile_done")
    wide = builder.icmp_signed("==", vectors, INT64(VECTORS))
    for width, condition in ((VECTORS, wide), (1, builder.not_(wide))):
        with builder.if_then(condition):
            choice = builder.switch(rows, done)
            for height in range(1, ROWS + 1):
                block = builder.append_basic_block(f"tile_{height}x{width}")
                choice.add_case(INT64(height), block)
                builder.position_at_end(block)
                builder.call(_tile_function(builder.module, element, height, width), values)
                builder.branch(done)
            builder.position_at_end(builder.append_basic_block("unreachable"))
    builder.branch(done)
    builder.position_at_end(done)


def _tile_function(module, element, rows, vectors):
    """Return the function that computes a tile of exactly ``rows`` times ``vectors``."""
    name = f"seqpipe_tile_{element}_{rows}x{vectors}"
    if name in module.globals:
        return module.globals[name]
    function = ir.Function(module, ir.FunctionType(ir.VoidType(), _PARAMETERS.values()), name)
    function.linkage = "linkonce_odr"
    function.attributes.add("noinline")
    for argument, argument_name in zip(function.args, _PARAMETERS, strict=True):
        argument.name = argument_name
    _TileWriter(function, element, rows, vectors).write()
    return function


def _itemsize(element):
    return {"float": 4, "double": 8}[str(element)]


class _TileWriter:
    """Writes the body of a tile function."""

    def __init__(self, function, element, rows, vectors):
        self.builder = ir.IRBuilder(function.append_basic_block("entry"))
        self.arguments = dict(zip(_PARAMETERS, function.args, strict=True))
        self.element = element
        self.itemsize = _itemsize(element)
        self.lanes = ISA.lanes(self.itemsize)
        self.vector = ir.VectorType(element, self.lanes)
        self.rows, self.vectors = range(rows), range(vectors)

    def write(self):
        builder, arguments = self.builder, self.arguments
        mask = self._mask()
        sums = [[self._load_initial(self._place("start", row, v), v, mask) for v in self.vectors] for row in self.rows]
        before, loop, after = builder.block, builder.append_basic_block("loop"), builder.append_basic_block("after")
        builder.cbranch(builder.icmp_signed(">", arguments["depth"], INT64(0)), loop, after)
        builder.position_at_end(loop)
        step = self._phi(INT64, INT64(0), before)
        running = [[self._phi(self.vector, value, before) for value in row] for row in sums]
        added = self._add_step(step, running)
        following = builder.add(step, INT64(1))
        for phi, value in [(step, following), *_pairs(running, added)]:
            phi.add_incoming(value, loop)
        builder.cbranch(builder.icmp_signed("<", following, arguments["depth"]), loop, after)
        builder.position_at_end(after)
        for row in self.rows:
            for v in self.vectors:
                total = self._phi(self.vector, sums[row][v], before)
                total.add_incoming(added[row][v], loop)
                sums[row][v] = total
        for row in self.rows:
            for v in self.vectors:
                self._store(sums[row][v], self._place("out", row, v), v, mask)
        builder.ret_void()

    def _add_step(self, step, running):
        """Add ``left[row, step] * right[step]`` to the running sums and return the new ones."""
        builder, arguments = self.builder, self.arguments
        offset = builder.mul(step, arguments["right_step"])
        weights = [
            self._load(self._at(arguments["right"], builder.mul(INT64(v), arguments["right_vector"]), offset))
            for v in self.vectors
        ]
        added = []
        for row in self.rows:
            place = self._at(
                arguments["left"],
                builder.mul(INT64(row), arguments["left_row"]),
                builder.mul(step, arguments["left_step"]),
            )
            value = self._broadcast(builder.load(builder.bitcast(place, self.element.as_pointer())))
            added.append([self._multiply_add(value, weights[v], running[row][v]) for v in self.vectors])
        return added

    def _multiply_add(self, factor, weights, addend):
        if not ISA.fused:
            return self.builder.fadd(self.builder.fmul(factor, weights), addend)
        return self.builder.call(self._intrinsic("llvm.fma", self.vector, [self.vector] * 3), [factor, weights, addend])

    def _mask(self):
        """Return which lanes of the last vector are columns of the product."""
        counts = ir.Constant(ir.VectorType(INT64, self.lanes), [INT64(lane) for lane in range(self.lanes)])
        return self.builder.icmp_signed("<", counts, self._broadcast(self.arguments["last_lanes"]))

    def _load_initial(self, place, v, mask):
        if v != self.vectors[-1]:
            return self._load(place)
        pointer = self.builder.bitcast(place, self.vector.as_pointer())
        zeros = ir.Constant(self.vector, [self.element(0)] * self.lanes)
        load = self._intrinsic("llvm.masked.load", self.vector, [pointer.type, INT32, mask.type, self.vector], ".p0")
        return self.builder.call(load, [pointer, INT32(self.itemsize), mask, zeros])

    def _store(self, value, place, v, mask):
        pointer = self.builder.bitcast(place, self.vector.as_pointer())
        if v != self.vectors[-1]:
            self.builder.store(value, pointer).align = self.itemsize
            return
        store = self._intrinsic(
            "llvm.masked.store", ir.VoidType(), [self.vector, pointer.type, INT32, mask.type], ".p0"
        )
        self.builder.call(store, [value, pointer, INT32(self.itemsize), mask])

    def _load(self, place):
        value = self.builder.load(self.builder.bitcast(place, self.vector.as_pointer()))
        value.align = self.itemsize
        return value

    def _place(self, array, row, v):
        """Return the address of a vector of a row of ``start`` or ``out``."""
        offset = self.builder.mul(INT64(row), self.arguments[f"{array}_row"])
        return self._at(self.arguments[array], offset, INT64(v * self.lanes * self.itemsize))

    def _at(self, base, *offsets):
        for offset in offsets:
            base = self.builder.gep(base, [offset])
        return base

    def _broadcast(self, scalar):
        vector = ir.VectorType(scalar.type, self.lanes)
        undefined = ir.Constant(vector, ir.Undefined)
        first = self.builder.insert_element(undefined, scalar, INT32(0))
        zeros = ir.Constant(ir.VectorType(INT32, self.lanes), [INT32(0)] * self.lanes)
        return self.builder.shuffle_vector(first, undefined, zeros)

    def _phi(self, kind, value, block):
        phi = self.builder.phi(kind)
        phi.add_incoming(value, block)
        return phi

    def _intrinsic(self, name, returns, parameters, suffix=""):
        kind = f".v{self.lanes}f{8 * self.itemsize}{suffix}"
        return cgutils.get_or_insert_function(self.builder.module, ir.FunctionType(returns, parameters), name + kind)


def _pairs(left, right):
    """Return the pairs of elements of two nested lists."""
    return [pair for rows in zip(left, right, strict=True) for pair in zip(*rows, strict=True)]
