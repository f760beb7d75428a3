"""What the lanes of a vector come to together: sums and the least, always in the same order."""

from __future__ import annotations

import numpy as np
from llvmlite import ir
from numba import config
from numba.extending import intrinsic

from seqpipe.kernels.isa import instruction_set

LANES = instruction_set().lanes(8)
"""How many float64 a vector holds."""

MOST_LANES = 8
"""How many a vector of any instruction set holds: what is padded to these is whole vectors everywhere."""


def _reduced(builder, vector, join):
    """Return the first lane after the upper half has been joined to the lower one until a single lane is left."""
    lanes = ir.IntType(32)
    while vector.type.count > 1:
        half = vector.type.count // 2
        undefined = ir.Constant(vector.type, ir.Undefined)
        lower, upper = (
            builder.shuffle_vector(
                vector, undefined, ir.Constant(ir.VectorType(lanes, half), [lanes(first + i) for i in range(half)])
            )
            for first in (0, half)
        )
        vector = join(lower, upper)
    return builder.extract_element(vector, lanes(0))


@intrinsic
def _lane_sum(_typing, vector):
    def generate(_context, builder, _signature, arguments):
        return _reduced(builder, arguments[0], builder.fadd)

    return vector.dtype(vector), generate


def _extreme(comparison):
    @intrinsic
    def extreme(_typing, vector):
        def generate(_context, builder, _signature, arguments):
            def join(first, second):
                return builder.select(builder.fcmp_ordered(comparison, first, second), first, second)

            return _reduced(builder, arguments[0], join)

        return vector.dtype(vector), generate

    return extreme


lane_sum = np.sum if config.DISABLE_JIT else _lane_sum
"""``lane_sum(vector)``: the sum of the lanes."""

lane_least = np.min if config.DISABLE_JIT else _extreme("<")
"""``lane_least(vector)``: the least of the lanes, none of which is a NaN."""

lane_greatest = np.max if config.DISABLE_JIT else _extreme(">")
"""``lane_greatest(vector)``: the greatest of the lanes, none of which is a NaN."""
