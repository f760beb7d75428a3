"""Rows of numbers as bytes: ``x = scale * q`` with q from -127 to 127 and one scale a row, the largest |x| / 127."""

from typing import Any, NamedTuple

import numpy as np
from llvmlite import ir
from numba import config, types
from numba.extending import intrinsic

from seqpipe.kernels.compiler import inlined
from seqpipe.kernels.integer_dots import OFFSET, integer_dot
from seqpipe.kernels.isa import instruction_set
from seqpipe.kernels.numba_internals import get_or_insert_function, make_array, unpack_tuple
from seqpipe.kernels.sources.vector.arithmetic import ROUNDING
from seqpipe.kernels.sources.vector.vectors import llvm_function, load, splat

DOT, LANES = integer_dot(), instruction_set().lanes(4)
LARGEST = np.float32(127)
ZERO = np.float32(0)
INT32 = ir.IntType(32)


def _larger_plain(vector, other):
    width = max(vector.size, other.size)
    return np.maximum(*(np.pad(np.abs(lanes), (0, width - lanes.size)) for lanes in (vector, other)))


@intrinsic
def _larger(_typing, vector, other):
    def generate(_context, builder, _signature, arguments):
        kind = arguments[0].type
        magnitude = builder.call(llvm_function(builder, "llvm.fabs", kind, 1), arguments[1:])
        return builder.call(llvm_function(builder, "llvm.maximum", kind, 2), [arguments[0], magnitude])

    return vector(vector, vector), generate


larger = _larger_plain if config.DISABLE_JIT else _larger
"""``larger(vector, other)``: in each lane the larger of vector and ``|other|``; what is not a number stays so."""


def _largest_plain(vector):
    return vector.max()


@intrinsic
def _largest(_typing, vector):
    def generate(_context, builder, _signature, arguments):
        kind = arguments[0].type
        function = get_or_insert_function(
            builder.module, ir.FunctionType(kind.element, [kind]), f"llvm.vector.reduce.fmaximum.v{kind.count}f32"
        )
        return builder.call(function, arguments)

    return vector.dtype(vector), generate


largest = _largest_plain if config.DISABLE_JIT else _largest
"""``largest(vector)``: the largest of its lanes."""


def _store_bytes_plain(room, row, column, vector):
    rounded = np.zeros(LANES, np.int64)
    rounded[: vector.size] = np.rint(vector)
    offset = OFFSET if DOT.inputs == "unsigned" else 0
    room[row, column : column + LANES] = (rounded + offset).astype(np.uint8).view(np.int8)
    return -rounded[rounded < 0].sum() if DOT.inputs == "magnitudes" else 0


@intrinsic
def _store_bytes(_typing, room, row, column, vector):
    def generate(context, builder, signature, arguments):
        struct = make_array(signature.args[0])(context, builder, arguments[0])
        stride, _ = unpack_tuple(builder, struct.strides)
        place = builder.gep(builder.gep(struct.data, [builder.mul(arguments[1], stride)]), [arguments[2]])
        value = arguments[3]
        kind, integers = value.type, ir.VectorType(INT32, vector.lanes)
        rounding = splat(builder, kind.element(float(ROUNDING)), kind)
        rounded = builder.bitcast(builder.fadd(value, rounding), integers)
        quantized = builder.trunc(rounded, ir.VectorType(ir.IntType(8), vector.lanes))
        stored = quantized
        if DOT.inputs == "unsigned":
            stored = builder.xor(quantized, splat(builder, quantized.type.element(OFFSET), quantized.type))
        builder.store(stored, builder.bitcast(place, stored.type.as_pointer())).align = 1
        if DOT.inputs != "magnitudes":
            return INT32(0)
        negated = builder.neg(builder.sext(quantized, integers))
        zeros = ir.Constant(integers, [INT32(0)] * vector.lanes)
        negative = builder.select(builder.icmp_signed(">", negated, zeros), negated, zeros)
        kind = ir.FunctionType(INT32, [integers])
        add = get_or_insert_function(builder.module, kind, f"llvm.vector.reduce.add.v{vector.lanes}i32")
        return builder.call(add, [negative])

    return types.int32(room, types.int64, types.int64, vector), generate


store_bytes = _store_bytes_plain if config.DISABLE_JIT else _store_bytes
"""``store_bytes(room, row, column, vector)``: write numbers from -127 to 127 as the nearest whole ones, in a byte each.

Halves go to the even side. What is returned is what the row's sums must begin with for these (see `IntegerDot`).
"""


class Room(NamedTuple):
    """Rows in bytes (rows, depth or more), what their sums begin at, their scales (rows), and room for the sums."""

    rows: Any
    begins: Any
    scales: Any
    totals: Any


@inlined
def _magnitude(values, row, column, count):
    """Return the largest ``|values[row, column : column + count]|``."""
    found = load(values, row, column, 0)
    place = 0
    while place + LANES <= count:
        found = larger(found, load(values, row, column + place, LANES))
        place += LANES
    if place < count:
        found = larger(found, load(values, row, column + place, count - place))
    return largest(found)


@inlined
def quantize_row(values, row, column, count, room, room_row):
    """Write ``values[row, column : column + count]`` to a row of the room, in bytes, with their scale.

    The rows of the room have as many columns as count and more, up to whole vectors; those become zeros.
    """
    top = _magnitude(values, row, column, count)
    factor = LARGEST / top if top > ZERO else ZERO
    place, begin = 0, 0
    while place + LANES <= count:
        begin += store_bytes(room.rows, room_row, place, load(values, row, column + place, LANES) * factor)
        place += LANES
    if place < count:
        begin += store_bytes(room.rows, room_row, place, load(values, row, column + place, count - place) * factor)
    room.begins[room_row] = begin
    room.scales[room_row] = top / LARGEST
