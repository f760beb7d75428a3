"""The activation swish, x / (1 + exp(-x)) (P. Ramachandran, B. Zoph, Q. Le, 2017)."""

from __future__ import annotations

import numpy as np

from seqpipe.kernels import unit
from seqpipe.network.arrays import Float


def swish(values: Float, out: Float | None = None) -> Float:
    """Return the activation of each value of a matrix; ``out`` may be the matrix itself."""
    result = np.empty_like(values) if out is None else out
    unit("swish").swish(values, result)
    return result


def swish_gradient(values: Float, gradient: Float) -> Float:
    """Return the gradient of the values of a matrix from that of their activations."""
    out = np.empty_like(values)
    unit("swish").swish_gradient(values, np.ascontiguousarray(gradient), out)
    return out
