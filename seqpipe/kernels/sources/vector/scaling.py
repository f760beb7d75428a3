"""Scaling of the rows of a trellis by powers of two, which rounds nothing."""

from __future__ import annotations

import math

from seqpipe.kernels.compiler import inlined
from seqpipe.kernels.sources.vector.arithmetic import ROUNDING_FLOAT64, clamp, times_power_of_two
from seqpipe.kernels.sources.vector.lanes import LANES
from seqpipe.kernels.sources.vector.vectors import load, store

LOG_2 = math.log(2)
SMALL = 2.0**-64  # rows whose sum is below, or above its reciprocal, are scaled to a sum of about 1


@inlined
def power_of_two(power):
    """Return 2**power of a whole number from -1000 to 1000, and of the nearest of these beyond."""
    return times_power_of_two(1.0, clamp(power, 1000.0) + ROUNDING_FLOAT64)


@inlined
def scale(values, row, begin, end, power):
    """Multiply the columns of a row from ``begin`` to ``end``, in whole vectors, by 2**power."""
    factor = power_of_two(power)
    for column in range(begin, end, LANES):
        store(values, row, column, load(values, row, column, LANES) * factor, LANES)
