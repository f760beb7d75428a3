"""Scalar operations that LLVM has and Python has not; loops over them are turned into vector instructions."""

import numpy as np
from llvmlite import ir
from numba import config, types
from numba.extending import intrinsic

from seqpipe.kernels.isa import instruction_set


def _multiply_add_plain(factor, other, addend):
    return factor * other + addend


@intrinsic
def _multiply_add(_typing, factor, _other, _addend):
    def generate(_context, builder, _signature, arguments):
        if instruction_set().fused:
            return builder.fma(*arguments)
        return builder.fadd(builder.fmul(*arguments[:2]), arguments[2])

    return factor(factor, factor, factor), generate


multiply_add = _multiply_add_plain if config.DISABLE_JIT else _multiply_add
"""``multiply_add(factor, other, addend)``: their product and sum, rounded once where the CPU has the instruction."""


def _times_power_of_two_plain(value, exponent):
    return np.float32(np.ldexp(value, int(exponent)))


@intrinsic
def _times_power_of_two(_typing, _value, _exponent):
    def generate(_context, builder, _signature, arguments):
        integer = ir.IntType(32)
        bits = builder.bitcast(arguments[0], integer)
        shifted = builder.shl(builder.fptosi(arguments[1], integer), ir.Constant(integer, 23))
        return builder.bitcast(builder.add(bits, shifted), ir.FloatType())

    return types.float32(types.float32, types.float32), generate


times_power_of_two = _times_power_of_two_plain if config.DISABLE_JIT else _times_power_of_two
"""``times_power_of_two(value, exponent)``: value * 2**exponent, both float32, while the result is a normal number."""
