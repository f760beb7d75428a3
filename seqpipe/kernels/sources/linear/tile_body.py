"""The body of a tile function, in LLVM vector IR (see `seqpipe.kernels.sources.linear.tile`)."""

from llvmlite import ir

from seqpipe.kernels.isa import instruction_set
from seqpipe.kernels.sources.vector.vectors import (
    itemsize_of,
    lanes_below,
    llvm_function,
    load_vector,
    prefetch_function,
    splat,
    store_vector,
    whole_or_part,
)

ISA = instruction_set()
BYTES = ir.IntType(8).as_pointer()
INT32, INT64 = ir.IntType(32), ir.IntType(64)

PARAMETERS = {  # addresses, distances in bytes, the depth, and how many columns of a gate there are
    "left": BYTES,
    "left_row": INT64,
    "left_step": INT64,
    "right": BYTES,
    "right_panel": INT64,
    "right_step": INT64,
    "ahead": BYTES,
    "start": BYTES,
    "start_row": INT64,
    "start_gate": INT64,
    "out": BYTES,
    "out_row": INT64,
    "out_gate": INT64,
    "depth": INT64,
    "count": INT64,
}


class TileWriter:
    """Writes a function of `PARAMETERS` that computes a tile of ``rows`` times ``panels`` of ``gates`` vectors."""

    def __init__(self, function, element, rows, gates, panels):
        self.builder = ir.IRBuilder(function.append_basic_block("entry"))
        self.arguments = dict(zip(PARAMETERS, function.args, strict=True))
        self.element, self.itemsize = element, itemsize_of(element)
        self.vector = ir.VectorType(element, ISA.lanes(self.itemsize))
        self.rows, self.last_panel = range(rows), panels - 1
        self.vectors = [(panel, gate) for panel in range(panels) for gate in range(gates)]

    def write(self):
        """Write the whole body."""
        builder, depth = self.builder, self.arguments["depth"]
        columns = (self.last_panel + 1) * self.vector.count
        whole = builder.icmp_signed(">=", self.arguments["count"], INT64(columns))
        initial = iter(whole_or_part(builder, whole, self._load_initial))
        sums = [[next(initial) for _ in self.vectors] for _ in self.rows]
        before, loop, after = builder.block, builder.append_basic_block("loop"), builder.append_basic_block("after")
        builder.cbranch(builder.icmp_signed(">", depth, INT64(0)), loop, after)
        builder.position_at_end(loop)
        step = self._phi(INT64, INT64(0), before)
        running = [[self._phi(self.vector, value, before) for value in row] for row in sums]
        added = self._add_step(step, running)
        following = builder.add(step, INT64(1))
        for phi, value in [(step, following), *_pairs(running, added)]:
            phi.add_incoming(value, loop)
        again = builder.cbranch(builder.icmp_signed("<", following, depth), loop, after)
        again.set_metadata("llvm.loop", rolled(builder.module))
        builder.position_at_end(after)
        totals = [[self._phi(self.vector, value, before) for value in row] for row in sums]
        for total, value in _pairs(totals, added):
            total.add_incoming(value, loop)
        whole_or_part(builder, whole, lambda masked: self._store(totals, masked))
        builder.ret_void()

    def _add_step(self, step, running):
        """Add ``left[row, step] * right[step]`` to the running sums and return the new ones."""
        builder = self.builder
        if len(self.rows) > 1:
            line = self._at("ahead", builder.mul(step, self._vectors(1)))
            builder.call(prefetch_function(builder), [line, INT32(0), INT32(2), INT32(1)])  # to read, into L2, as data
        columns = range(len(self.vectors))
        added = [[None] * len(columns) for _ in self.rows]
        if len(self.rows) < len(columns):  # keep the fewer in registers, and read the others one by one
            factors = [self._factor(row, step) for row in self.rows]
            for column in columns:
                weights = self._weights(column, step)
                for row in self.rows:
                    added[row][column] = self._multiply_add(factors[row], weights, running[row][column])
        else:
            weights = [self._weights(column, step) for column in columns]
            for row in self.rows:
                factor = self._factor(row, step)
                for column in columns:
                    added[row][column] = self._multiply_add(factor, weights[column], running[row][column])
        return added

    def _weights(self, column, step):
        """Return a vector of ``right[step]``."""
        builder, (panel, gate) = self.builder, self.vectors[column]
        offset = builder.mul(step, self.arguments["right_step"])
        panels = builder.mul(INT64(panel), self.arguments["right_panel"])
        place = self._at("right", offset, panels, self._vectors(gate))
        return load_vector(builder, builder.bitcast(place, self.vector.as_pointer()))

    def _factor(self, row, step):
        """Return ``left[row, step]`` in each lane of a vector."""
        builder, arguments = self.builder, self.arguments
        offset = builder.mul(INT64(row), arguments["left_row"])
        place = self._at("left", offset, builder.mul(step, arguments["left_step"]))
        return splat(builder, builder.load(builder.bitcast(place, self.element.as_pointer())), self.vector)

    def _multiply_add(self, factor, weights, addend):
        if not ISA.fused:
            return self.builder.fadd(self.builder.fmul(factor, weights), addend)
        return self.builder.call(llvm_function(self.builder, "llvm.fma", self.vector, 3), [factor, weights, addend])

    def _masks(self, masked):
        """Return for each panel which of its lanes are columns of the product, if it is masked at all."""
        count = self.arguments["count"]
        last = self.last_panel
        mask = lanes_below(self.builder, count, self.vector, last * self.vector.count) if masked else None
        return [None] * last + [mask]

    def _load_initial(self, masked):
        masks = self._masks(masked)
        return [
            load_vector(self.builder, self._place("start", row, panel, gate), masks[panel])
            for row in self.rows
            for panel, gate in self.vectors
        ]

    def _store(self, totals, masked):
        masks = self._masks(masked)
        for row in self.rows:
            for (panel, gate), total in zip(self.vectors, totals[row], strict=True):
                store_vector(self.builder, total, self._place("out", row, panel, gate), masks[panel])
        return []

    def _place(self, array, row, panel, gate):
        """Return the address of a vector of a row of ``start`` or ``out``."""
        rows = self.builder.mul(INT64(row), self.arguments[f"{array}_row"])
        gates = self.builder.mul(INT64(gate), self.arguments[f"{array}_gate"])
        place = self._at(array, rows, gates, self._vectors(panel))
        return self.builder.bitcast(place, self.vector.as_pointer())

    def _vectors(self, count):
        return INT64(count * self.vector.count * self.itemsize)

    def _at(self, array, *offsets):
        pointer = self.arguments[array]
        for offset in offsets:
            pointer = self.builder.gep(pointer, [offset])
        return pointer

    def _phi(self, kind, value, block):
        phi = self.builder.phi(kind)
        phi.add_incoming(value, block)
        return phi


def rolled(module):
    """Return what tells LLVM to leave a loop as it is: unrolled, a tile needs more registers than there are."""
    identity = ir.MDValue(module, (), str(len(module.metadata)))  # a loop's own: it names itself first
    identity.operands = (identity, module.add_metadata([ir.MetaDataString(module, "llvm.loop.unroll.disable")]))
    return identity


def _pairs(left, right):
    """Return the pairs of elements of two nested lists."""
    return [pair for rows in zip(left, right, strict=True) for pair in zip(*rows, strict=True)]
