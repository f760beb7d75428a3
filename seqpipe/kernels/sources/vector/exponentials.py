"""Exponential and logarithms of numbers and of vectors: without branches and without the C library.

A loop over numbers becomes vector instructions as it stands. Largest relative errors, in units of 1e-16 for float64
and of 1e-7 for float32:

| function | float64 | float32 |
|---|---|---|
| `exp` | 2.3 | 1.5 (1 + abs(x)) |
| `log` | 2.3 | 1.2 |
| `log1p` | 3.4 | 1.8 |

The float64 reduction and the logarithms follow fdlibm's e_exp.c and e_log.c (Sun Microsystems, 1993).
"""

from __future__ import annotations

import math

import numpy as np
from numba import types
from numba.extending import overload

from seqpipe.kernels.compiler import inlined
from seqpipe.kernels.sources.vector.activations import LOG2_E, exp2, exp2_float32
from seqpipe.kernels.sources.vector.arithmetic import (
    ROUNDING_FLOAT64,
    clamp,
    exponent,
    fraction,
    multiply_add,
    times_power_of_two,
    where_less,
)
from seqpipe.kernels.sources.vector.vectors import Vector

INFINITY, NAN = math.inf, math.nan
LOG2_E_FLOAT64 = 1 / math.log(2)
LN2_HIGH = 6.93147180369123816490e-01  # its last 32 bits are zero: products with exponents are exact
LN2_LOW = 1.90821492927058770002e-10
LOWEST, HIGHEST = -708.39, 709.78  # exponents of normal numbers
LARGEST = 709.79  # beyond, the result is infinite
LOWEST_FLOAT32 = np.float32(-87.33)

# e**r = 1 + r + r**2 (E2 + r (E3 + ...)) for |r| <= log(2) / 2, relative error 3.6e-18 (minimax, by Remez's exchange)
E2 = 0.5000000000000011
E3 = 0.16666666666666413
E4 = 0.041666666666530155
E5 = 0.008333333333494461
E6 = 0.0013888888943630134
E7 = 0.00019841269506578723
E8 = 2.480149309888739e-05
E9 = 2.755758637378518e-06
E10 = 2.763024838532302e-07
E11 = 2.500006162553128e-08


def exp(x):
    """Return e**x; 0 where that would not be normal, and in float32 at most 2**126."""
    return np.exp(x)


@overload(exp)
def _exp(x):
    if isinstance(x, Vector) and x.dtype == types.float32:
        return lambda x: where_less(x, LOWEST_FLOAT32, ZERO, exp2(x * LOG2_E))
    if x == types.float32:
        return lambda x: where_less(x, LOWEST_FLOAT32, ZERO, exp2_float32(x * LOG2_E))
    return lambda x: _exp_float64(x)  # noqa: PLW0108 - Numba wants a function that it has not compiled


@inlined
def _exp_float64(x):
    limited = clamp(x, LARGEST)
    rounded = limited * LOG2_E_FLOAT64 + ROUNDING_FLOAT64
    power = rounded - ROUNDING_FLOAT64
    r = multiply_add(power, -LN2_HIGH, limited)
    r = multiply_add(power, -LN2_LOW, r)
    series = multiply_add(r, E11, E10)
    series = multiply_add(series, r, E9)
    series = multiply_add(series, r, E8)
    series = multiply_add(series, r, E7)
    series = multiply_add(series, r, E6)
    series = multiply_add(series, r, E5)
    series = multiply_add(series, r, E4)
    series = multiply_add(series, r, E3)
    series = multiply_add(series, r, E2)
    scaled = times_power_of_two(multiply_add(series, r * r, r) + 1.0, rounded)
    return where_less(x, LOWEST, 0.0, where_less(HIGHEST, x, INFINITY, scaled))


def log(x):
    """Return the natural logarithm; minus infinity of 0, NaN of less."""
    return np.log(x)


@overload(log)
def _log(x):
    if getattr(x, "dtype", x) == types.float32:
        return lambda x: _log_float32(x)  # noqa: PLW0108
    return lambda x: _log_float64(x)  # noqa: PLW0108


# log(1 + f) = f - f**2 / 2 + s (f**2 / 2 + R(s**2)), s = f / (2 + f), by fdlibm
L1, L2, L3, L4, L5, L6, L7 = (
    6.666666666666735130e-01,
    3.999999999940941908e-01,
    2.857142874366239149e-01,
    2.222219843214978396e-01,
    1.818357216161805012e-01,
    1.531383769920937332e-01,
    1.479819860511658591e-01,
)
SMALLEST_FLOAT64, RAISE_FLOAT64 = 2.0**-1022, 2.0**54


@inlined
def _log_float64(x):
    raised = where_less(x, SMALLEST_FLOAT64, x * RAISE_FLOAT64, x)
    power = exponent(raised) - where_less(x, SMALLEST_FLOAT64, 54.0, 0.0)
    f = fraction(raised) - 1.0
    s = f / (f + 2.0)
    z = s * s
    series = multiply_add(z, L7, L6)
    series = multiply_add(series, z, L5)
    series = multiply_add(series, z, L4)
    series = multiply_add(series, z, L3)
    series = multiply_add(series, z, L2)
    series = multiply_add(series, z, L1)
    half = f * f * 0.5
    low = multiply_add(s, multiply_add(series, z, half), power * LN2_LOW)
    result = multiply_add(power, LN2_HIGH, f - (half - low))
    result = where_less(0.0, x, result, where_less(x, 0.0, NAN, -INFINITY))
    return where_less(x, INFINITY, result, x)  # what is not a number stays so


# the same in float32, by fdlibm's e_logf.c
ZERO, ONE, TWO, HALF = np.float32(0), np.float32(1), np.float32(2), np.float32(0.5)
M1, M2 = np.float32(0.66666662693), np.float32(0.40000972152)
M3, M4 = np.float32(0.28498786688), np.float32(0.24279078841)
LN2_HIGH_FLOAT32, LN2_LOW_FLOAT32 = np.float32(6.9313812256e-01), np.float32(9.0580006145e-06)
SMALLEST_FLOAT32, RAISE_FLOAT32, RAISED_BY = np.float32(2.0**-126), np.float32(2.0**25), np.float32(25)
INFINITY_FLOAT32, NAN_FLOAT32 = np.float32(math.inf), np.float32(math.nan)


@inlined
def _log_float32(x):
    raised = where_less(x, SMALLEST_FLOAT32, x * RAISE_FLOAT32, x)
    power = exponent(raised) - where_less(x, SMALLEST_FLOAT32, RAISED_BY, ZERO)
    f = fraction(raised) - ONE
    s = f / (f + TWO)
    z = s * s
    series = multiply_add(z, M4, M3)
    series = multiply_add(series, z, M2)
    series = multiply_add(series, z, M1)
    half = f * f * HALF
    low = multiply_add(s, multiply_add(series, z, half), power * LN2_LOW_FLOAT32)
    result = multiply_add(power, LN2_HIGH_FLOAT32, f - (half - low))
    result = where_less(ZERO, x, result, where_less(x, ZERO, NAN_FLOAT32, -INFINITY_FLOAT32))
    return where_less(x, INFINITY_FLOAT32, result, x)


def log1p(x):
    """Return log(1 + x) of 0 <= x <= 1."""
    return np.log1p(x)


@overload(log1p)
def _log1p(x):
    if getattr(x, "dtype", x) == types.float32:
        return _log1p_float32
    return _log1p_float64


def _log1p_float64(x):
    y = x + 1.0
    return log(y) + (x - (y - 1.0)) / y  # what the sum lost, to first order


def _log1p_float32(x):
    y = x + ONE
    return log(y) + (x - (y - ONE)) / y
