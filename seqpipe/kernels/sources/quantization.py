"""Rows of numbers as bytes: ``x = scale * q`` with q from -127 to 127 and one scale a row, the largest |x| / 127."""

import numpy as np
from llvmlite import ir
from numba import config, types
from numba.core import cgutils
from numba.extending import intrinsic
from numba.np.arrayobj import make_array

from seqpipe.kernels.compiler import inlined
from seqpipe.kernels.integer_dots import OFFSET, integer_dot
from seqpipe.kernels.isa import instruction_set
from seqpipe.kernels.sources.arithmetic import ROUNDING
from seqpipe.kernels.sources.vectors import Vector, llvm_function, load, splat

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
        function = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(kind.element, [kind]), f"llvm.vector.reduce.fmaximum.v{kind.count}f32"
        )
        return builder.call(function, arguments)

    return vector.dtype(vector), generate


largest = _largest_plain if config.DISABLE_JIT else _largest
"""``largest(vector)``: the largest of its lanes."""


def _store_bytes_plain(room, row, column, vector):
    rounded = np.zeros(LANES, np.int64)
    rounded[: vector.size] = np.rint(vector)
    room[row, column : column + LANES] = (rounded + (OFFSET if DOT.unsigned else 0)).astype(np.uint8).view(np.int8)


@intrinsic
def _store_bytes(_typing, room, row, column, vector):
    def generate(context, builder, signature, arguments):
        struct = make_array(signature.args[0])(context, builder, arguments[0])
        stride, _ = cgutils.unpack_tuple(builder, struct.strides)
        place = builder.gep(builder.gep(struct.data, [builder.mul(arguments[1], stride)]), [arguments[2]])
        value, count = arguments[3], vector.lanes
        kind = value.type
        rounding = splat(builder, kind.element(float(ROUNDING)), kind)
        integers = builder.bitcast(builder.fadd(value, rounding), ir.VectorType(INT32, count))
        quantized = builder.trunc(integers, ir.VectorType(ir.IntType(8), count))
        if DOT.unsigned:
            quantized = builder.xor(quantized, ir.Constant(quantized.type, [quantized.type.element(OFFSET)] * count))
        builder.store(quantized, builder.bitcast(place, quantized.type.as_pointer())).align = 1
        return context.get_dummy_value()

    return types.void(room, types.int64, types.int64, vector), generate


store_bytes = _store_bytes_plain if config.DISABLE_JIT else _store_bytes
"""``store_bytes(room, row, column, vector)``: write numbers from -127 to 127 as the nearest whole ones, in a byte each.

Halves go to the even side. Where the CPU multiplies unsigned bytes, `OFFSET` is added.
"""


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
    """Write ``values[row, column : column + count]`` to a row of the room, in bytes, and return their scale.

    The room has as many columns as count and more, up to whole vectors; those become zeros.
    """
    top = _magnitude(values, row, column, count)
    factor = LARGEST / top if top > ZERO else ZERO
    place = 0
    while place + LANES <= count:
        store_bytes(room, room_row, place, load(values, row, column + place, LANES) * factor)
        place += LANES
    if place < count:
        store_bytes(room, room_row, place, load(values, row, column + place, count - place) * factor)
    return top / LARGEST
