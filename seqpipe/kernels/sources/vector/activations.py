"""Activations of numbers and of vectors: without branches or divisions in float32; exact in float64.

In float32 the largest absolute errors are 2.0e-7 for tanh and 1.0e-7 for sigmoid, and neither ever leaves its range.
"""

import math

import numpy as np
from numba import types
from numba.extending import overload

from seqpipe.kernels.compiler import inlined
from seqpipe.kernels.isa import instruction_set
from seqpipe.kernels.sources.vector.arithmetic import (
    ROUNDING,
    above_floor,
    at_most,
    clamp,
    each_lane,
    multiply_add,
    reciprocal,
    times_power_of_floor,
    times_power_of_two,
)
from seqpipe.kernels.sources.vector.vectors import Vector

ISA = instruction_set()
ONE, MINUS_TWO = np.float32(1), np.float32(-2)
LOG2_E = np.float32(1 / math.log(2))
TWICE_LOG2_E = np.float32(2 / math.log(2))
LARGEST_EXPONENT = np.float32(126)

# 2**f = 1 + f (C1 + f (C2 + ...)) for |f| <= 1/2, relative error 9.2e-8 (minimax, by reweighted least squares)
C1 = np.float32(0.69314698)
C2 = np.float32(0.24022242)
C3 = np.float32(0.05550734)
C4 = np.float32(0.00967151)
C5 = np.float32(0.00132647)


@inlined
def exp2_float32(x):
    """Return 2**x in float32 for |x| <= 126; beyond, 2**126 or 2**-126."""
    x = clamp(x, LARGEST_EXPONENT)
    rounded = x + ROUNDING
    fraction = x - (rounded - ROUNDING)
    power = multiply_add(fraction, C5, C4)
    power = multiply_add(power, fraction, C3)
    power = multiply_add(power, fraction, C2)
    power = multiply_add(power, fraction, C1)
    power = multiply_add(power, fraction, ONE)
    return times_power_of_two(power, rounded)


# 2**u = 1 + u (D1 + u (D2 + ...)) for 0 <= u < 1, relative error 8.3e-8 (in the same way)
D1 = np.float32(0.69315131)
D2 = np.float32(0.24016445)
D3 = np.float32(0.05579991)
D4 = np.float32(0.00901703)
D5 = np.float32(0.00186713)


def exp2(x):
    """Return 2**x."""
    return np.exp2(x)


@overload(exp2)
def _exp2(x):
    if isinstance(x, Vector) and ISA.name == "avx512":
        return _exp2_avx512
    return lambda x: exp2_float32(x)  # noqa: PLW0108 - Numba wants a function that it has not compiled


def _exp2_avx512(x):
    """Return 2**x for x <= 126, and 2**126 beyond, in fewer instructions than `exp2_float32`."""
    x = at_most(x, LARGEST_EXPONENT)
    fraction = above_floor(x)
    power = multiply_add(fraction, D5, D4)
    power = multiply_add(power, fraction, D3)
    power = multiply_add(power, fraction, D2)
    power = multiply_add(power, fraction, D1)
    power = multiply_add(power, fraction, ONE)
    return times_power_of_floor(power, x)


def _tanh_float32(x):
    return multiply_add(reciprocal(exp2(x * TWICE_LOG2_E) + ONE), MINUS_TWO, ONE)


def _sigmoid_float32(x):
    return reciprocal(exp2(x * -LOG2_E) + ONE)


def _tanh_float64(x):
    return math.tanh(x)


def _sigmoid_float64(x):
    return 1.0 / (1.0 + math.exp(-x)) if x > 0 else math.exp(x) / (1.0 + math.exp(x))


def tanh(x):
    """Return the hyperbolic tangent."""
    return np.tanh(x)


def sigmoid(x):
    """Return the logistic function 1 / (1 + exp(-x))."""
    return np.exp(-np.logaddexp(0, -x))


@overload(tanh)
def _tanh(x):
    if getattr(x, "dtype", x) == types.float32:
        return _tanh_float32
    if isinstance(x, Vector):
        return lambda x: each_lane(x, "tanh")
    return _tanh_float64


@overload(sigmoid)
def _sigmoid(x):
    if getattr(x, "dtype", x) == types.float32:
        return _sigmoid_float32
    if isinstance(x, Vector):
        return lambda x: 1.0 / (each_lane(x * -1.0, "exp") + 1.0)
    return _sigmoid_float64
