"""Sums of probabilities that are kept as logarithms, of numbers and of vectors."""

from __future__ import annotations

import math

from seqpipe.kernels.compiler import inlined
from seqpipe.kernels.sources.vector.arithmetic import where_less
from seqpipe.kernels.sources.vector.exponentials import exp, log1p


@inlined
def log_add(first, second):
    """Return log(exp(first) + exp(second)) in float64; minus infinity stands for a probability of zero."""
    greater = where_less(first, second, second, first)
    lesser = where_less(first, second, first, second)
    shift = where_less(-math.inf, greater, greater, 0.0)  # the difference of two infinities is no number
    return greater + log1p(exp(lesser - shift))
