"""Sums of probabilities that are kept as logarithms."""

from __future__ import annotations

import math

from seqpipe.kernels.compiler import inlined


@inlined
def log_add(first, second):
    """Return log(exp(first) + exp(second)); minus infinity stands for a probability of zero."""
    if first < second:
        first, second = second, first
    if second == -math.inf:
        return first
    return first + math.log1p(math.exp(second - first))
