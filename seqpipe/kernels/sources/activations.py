"""Activations: without branches in float32, so that loops over them become vector instructions; exact in float64.

In float32 the largest absolute errors are 2.0e-7 for tanh and 1.0e-7 for sigmoid, and neither ever leaves its range.
"""

import math

import numpy as np
from numba import types
from numba.extending import overload

from seqpipe.kernels.compiler import inlined
from seqpipe.kernels.sources.arithmetic import multiply_add, times_power_of_two

ZERO, ONE, TWO = np.float32(0), np.float32(1), np.float32(2)
LOG2_E = np.float32(1 / math.log(2))
TWICE_LOG2_E = np.float32(2 / math.log(2))
LARGEST_EXPONENT = np.float32(126)
ROUNDING = np.float32(1.5 * 2**23)  # added and subtracted again, it rounds to the nearest integer

# 2**f = 1 + f (C1 + f (C2 + ...)) for |f| <= 1/2, relative error 9.2e-8 (minimax, by reweighted least squares)
C1 = np.float32(0.69314698)
C2 = np.float32(0.24022242)
C3 = np.float32(0.05550734)
C4 = np.float32(0.00967151)
C5 = np.float32(0.00132647)


@inlined
def exp2_float32(x):
    """Return 2**x in float32 for |x| <= 126; beyond, 2**126 or 2**-126."""
    x = LARGEST_EXPONENT if x > LARGEST_EXPONENT else x  # noqa: FURB136 - not min, so that a NaN stays one
    x = -LARGEST_EXPONENT if x < -LARGEST_EXPONENT else x  # noqa: FURB136
    whole = (x + ROUNDING) - ROUNDING
    fraction = x - whole
    power = multiply_add(C5, fraction, C4)
    power = multiply_add(power, fraction, C3)
    power = multiply_add(power, fraction, C2)
    power = multiply_add(power, fraction, C1)
    power = multiply_add(power, fraction, ONE)
    return times_power_of_two(power, whole)


def tanh(x):
    """Return the hyperbolic tangent."""
    return math.tanh(x)


def sigmoid(x):
    """Return the logistic function 1 / (1 + exp(-x))."""
    return 1.0 / (1.0 + math.exp(-x)) if x > 0 else math.exp(x) / (1.0 + math.exp(x))


@overload(tanh)
def _tanh(x):
    if x == types.float32:
        return lambda x: ONE - TWO / (ONE + exp2_float32(x * TWICE_LOG2_E))
    return tanh


@overload(sigmoid)
def _sigmoid(x):
    if x == types.float32:
        return lambda x: ONE / (ONE + exp2_float32(-x * LOG2_E))
    return sigmoid
