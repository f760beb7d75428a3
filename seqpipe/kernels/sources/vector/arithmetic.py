"""Operations that LLVM has and Python has not, on numbers and on vectors (`seqpipe.kernels.sources.vector.vectors`)."""

import math

import numpy as np
from llvmlite import ir
from numba import config, types
from numba.extending import intrinsic

from seqpipe.kernels.isa import instruction_set
from seqpipe.kernels.numba_internals import get_or_insert_function
from seqpipe.kernels.sources.vector.vectors import Vector, llvm_function, splat

ISA = instruction_set()
INT32, INT64 = ir.IntType(32), ir.IntType(64)
ROUNDING = np.float32(1.5 * 2**23)  # added to a number it rounds it to an integer, which the lowest bits then hold
ROUNDING_FLOAT64 = 1.5 * 2**52  # the same in float64


def _multiply_add_plain(factor, other, addend):
    return factor * other + addend


@intrinsic
def _multiply_add(_typing, factor, other, addend):
    kind = next((kind for kind in (factor, other, addend) if isinstance(kind, Vector)), factor)

    def generate(_context, builder, _signature, arguments):
        if not ISA.fused:
            return builder.fadd(builder.fmul(*arguments[:2]), arguments[2])
        if isinstance(kind, Vector):
            return builder.call(llvm_function(builder, "llvm.fma", arguments[0].type, 3), arguments)
        return builder.fma(*arguments)

    return kind(kind, kind, kind), generate


multiply_add = _multiply_add_plain if config.DISABLE_JIT else _multiply_add
"""``multiply_add(factor, other, addend)``: their product and sum, rounded once where the CPU has the instruction."""


def integers_of(kind):
    """Return the LLVM type of integers as wide as a float type or a vector's, and how many bits its fractions have."""
    element = kind.element if isinstance(kind, ir.VectorType) else kind
    integer, fraction_bits = (INT32, 23) if element == ir.FloatType() else (INT64, 52)
    return ir.VectorType(integer, kind.count) if isinstance(kind, ir.VectorType) else integer, fraction_bits


def each(kind, value):
    """Return the constant of an LLVM type, a number's or a vector's, that is ``value`` in each lane."""
    return ir.Constant(kind, [kind.element(value)] * kind.count) if isinstance(kind, ir.VectorType) else kind(value)


def _square_root_plain(value):
    return np.sqrt(value)


@intrinsic
def _square_root(_typing, value):
    def generate(_context, builder, _signature, arguments):
        kind = arguments[0].type
        name = f"llvm.sqrt.f{value.bitwidth}"
        function = get_or_insert_function(builder.module, ir.FunctionType(kind, [kind]), name)
        return builder.call(function, arguments)

    return value(value), generate


square_root = _square_root_plain if config.DISABLE_JIT else _square_root
"""``square_root(value)``: of a number, by the CPU's instruction; not a number, and no call, where it is negative."""


def _times_power_of_two_plain(value, rounded):
    shift = ROUNDING if np.asarray(value).dtype == np.float32 else ROUNDING_FLOAT64
    return np.ldexp(value, (rounded - shift).astype(np.int32))


@intrinsic
def _times_power_of_two(_typing, value, _rounded):
    def generate(_context, builder, _signature, arguments):
        power, rounded = arguments
        integer, fraction_bits = integers_of(power.type)
        exponent = builder.shl(builder.bitcast(rounded, integer), each(integer, fraction_bits))
        return builder.bitcast(builder.add(builder.bitcast(power, integer), exponent), power.type)

    return value(value, value), generate


times_power_of_two = _times_power_of_two_plain if config.DISABLE_JIT else _times_power_of_two
"""``times_power_of_two(value, n + ROUNDING)``: value * 2**n, while the result is a normal number.

In float64 it is ``n + ROUNDING_FLOAT64``.
"""


@intrinsic
def at_most(_typing, value, limit):
    """Return the lesser of two vectors; what is not a number stays so."""

    def generate(_context, builder, _signature, arguments):
        value, limit = arguments
        return builder.select(builder.fcmp_ordered("<", limit, value), limit, value)

    return value(value, value), generate


@intrinsic
def above_floor(_typing, value):
    """Return ``value - floor(value)`` of a vector of float32: one instruction of AVX-512."""

    def generate(_context, builder, _signature, arguments):
        return _avx512(builder, "reduce", arguments[0], INT32(0b1001))  # rounds down and raises nothing

    return value(value), generate


@intrinsic
def times_power_of_floor(_typing, value, exponent):
    """Return ``value * 2**floor(exponent)`` of vectors of float32: one instruction of AVX-512."""

    def generate(_context, builder, _signature, arguments):
        return _avx512(builder, "scalef", *arguments)

    return value(value, exponent), generate


def _avx512(builder, name, first, second):
    """Return what an instruction of AVX-512 makes of all lanes of a vector, in the usual rounding mode."""
    kind, bits = first.type, ir.IntType(first.type.count)
    function = ir.FunctionType(kind, [kind, second.type, kind, bits, INT32])
    instruction = get_or_insert_function(builder.module, function, f"llvm.x86.avx512.mask.{name}.ps.512")
    return builder.call(
        instruction, [first, second, ir.Constant(kind, ir.Undefined), bits(2**kind.count - 1), INT32(4)]
    )


def _clamp_plain(value, limit):
    return np.clip(value, -limit, limit)


@intrinsic
def _clamp(_typing, value, limit):
    def generate(_context, builder, _signature, arguments):
        value, limit = arguments
        lowest = builder.fneg(limit)
        value = builder.select(builder.fcmp_ordered(">", value, limit), limit, value)
        return builder.select(builder.fcmp_ordered("<", value, lowest), lowest, value)

    return value(value, value), generate


clamp = _clamp_plain if config.DISABLE_JIT else _clamp
"""``clamp(value, limit)``: the nearest number from -limit to limit; what is not a number stays so."""


def _where_less_plain(first, second, value, other):
    return np.where(first < second, value, other)


@intrinsic
def _where_less(_typing, first, second, value, other):
    kind = next((kind for kind in (first, second, value, other) if isinstance(kind, Vector)), first)

    def generate(_context, builder, _signature, arguments):
        first, second, value, other = arguments
        return builder.select(builder.fcmp_ordered("<", first, second), value, other)

    return kind(kind, kind, kind, kind), generate


where_less = _where_less_plain if config.DISABLE_JIT else _where_less
"""``where_less(first, second, value, other)``: value where first < second, other elsewhere and beside a NaN."""


def _exponent_plain(value):
    fraction, exponent = np.frexp(value)
    return exponent.astype(fraction.dtype) - (fraction < math.sqrt(0.5))


def _fraction_plain(value):
    fraction, _ = np.frexp(value)
    return np.where(fraction < math.sqrt(0.5), fraction + fraction, fraction)


@intrinsic
def _exponent(_typing, value):
    def generate(_context, builder, _signature, arguments):
        integer, fraction_bits, bits = _from_root(builder, arguments[0])
        shifted = builder.lshr(bits, each(integer, fraction_bits))
        count = 2.0**fraction_bits  # a float of this size holds the exponent as the last bits of its fraction
        _, bias = _bits_of_one(fraction_bits)
        integral = builder.or_(shifted, each(integer, _bits_of(count, fraction_bits)))
        return builder.fsub(builder.bitcast(integral, arguments[0].type), each(arguments[0].type, count + bias))

    return value(value), generate


@intrinsic
def _fraction(_typing, value):
    def generate(_context, builder, _signature, arguments):
        integer, fraction_bits, bits = _from_root(builder, arguments[0])
        low = builder.and_(bits, each(integer, 2**fraction_bits - 1))
        root = each(integer, _bits_of(math.sqrt(0.5), fraction_bits))
        return builder.bitcast(builder.add(low, root), arguments[0].type)

    return value(value), generate


def _from_root(builder, value):
    """Return the integer type, how many bits fractions have, and value's bits, counted from the root of 1/2, not 1."""
    integer, fraction_bits = integers_of(value.type)
    one, _ = _bits_of_one(fraction_bits)
    offset = each(integer, one - _bits_of(math.sqrt(0.5), fraction_bits))
    return integer, fraction_bits, builder.add(builder.bitcast(value, integer), offset)


def _bits_of(number, fraction_bits):
    """Return the bits of a number as float32 (23 of fraction) or float64 (52), as an integer."""
    dtype, integer = (np.float32, np.int32) if fraction_bits == 23 else (np.float64, np.int64)
    return int(np.array(number, dtype).view(integer))


def _bits_of_one(fraction_bits):
    """Return the bits of 1.0, and the exponent that they hold."""
    one = _bits_of(1.0, fraction_bits)
    return one, one >> fraction_bits


exponent = _exponent_plain if config.DISABLE_JIT else _exponent
"""``exponent(value)``: the n of value = fraction * 2**n, 0.7 < fraction < 1.42, as a float; value is normal, > 0."""

fraction = _fraction_plain if config.DISABLE_JIT else _fraction
"""``fraction(value)``: the fraction beside `exponent`."""


def _rectify_plain(value):
    return np.maximum(value, 0)


@intrinsic
def _rectify(_typing, value):
    def generate(context, builder, _signature, arguments):
        zero = context.get_constant_null(value)
        return builder.select(builder.fcmp_ordered("<", arguments[0], zero), zero, arguments[0])

    return value(value), generate


rectify = _rectify_plain if config.DISABLE_JIT else _rectify
"""``rectify(value)``: 0 where the value is negative."""


def _where_positive_plain(value, other):
    return np.where(value > 0, other, 0)


@intrinsic
def _where_positive(_typing, value, _other):
    def generate(context, builder, _signature, arguments):
        zero = context.get_constant_null(value)
        return builder.select(builder.fcmp_ordered(">", arguments[0], zero), arguments[1], zero)

    return value(value, value), generate


where_positive = _where_positive_plain if config.DISABLE_JIT else _where_positive
"""``where_positive(value, other)``: other where value is positive, and else 0."""


def _reciprocal_plain(value):
    return value.dtype.type(1) / value


@intrinsic
def _reciprocal(_typing, value):
    def generate(context, builder, _signature, arguments):
        one = context.get_constant(types.float32, 1.0)
        if not isinstance(value, Vector):
            return builder.fdiv(one, arguments[0])
        one = splat(builder, one, arguments[0].type)
        return (_estimated if ISA.name == "avx512" else lambda b, o, x: b.fdiv(o, x))(builder, one, arguments[0])

    return value(value), generate


def _estimated(builder, one, value):
    """Return 1 / value: the CPU's estimate of 14 bits and one step of Newton's, several times as fast as dividing."""
    kind, bits = value.type, ir.IntType(value.type.count)
    function = ir.FunctionType(kind, [kind, kind, bits])
    estimate = get_or_insert_function(builder.module, function, "llvm.x86.avx512.rcp14.ps.512")
    first = builder.call(estimate, [value, ir.Constant(kind, ir.Undefined), bits(2**kind.count - 1)])
    fma = llvm_function(builder, "llvm.fma", kind, 3)
    error = builder.call(fma, [builder.fneg(value), first, one])
    return builder.call(fma, [first, error, first])


reciprocal = _reciprocal_plain if config.DISABLE_JIT else _reciprocal
"""``reciprocal(value)``: 1 / value in float32, within two units in the last place; value is normal."""


@intrinsic(prefer_literal=True)
def _each_lane(_typing, vector, function):
    def generate(context, builder, _signature, arguments):
        scalar = context.get_function(getattr(math, function.literal_value), types.float64(types.float64))
        result = arguments[0]
        for lane in range(vector.lanes):
            value = scalar(builder, [builder.extract_element(arguments[0], INT32(lane))])
            result = builder.insert_element(result, value, INT32(lane))
        return result

    return vector(vector, function), generate


def _each_lane_plain(vector, function):
    return getattr(np, function)(vector)


each_lane = _each_lane_plain if config.DISABLE_JIT else _each_lane
"""``each_lane(vector, "tanh")``: the C library's function of each value of a vector of float64."""
