"""The embedding: each id fetches its row of a table, which factors the input weights of a large vocabulary."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from seqpipe.kernels import unit
from seqpipe.network.arrays import Float
from seqpipe.network.inputs import lookup


def embed(weight: Float, ids: npt.NDArray[np.int32]) -> Float:
    """Return the row of weight (vocabulary, width) for each id, (positions, width); negative ids give zeros."""
    return lookup(weight, ids, np.zeros(weight.shape[1], weight.dtype))


def embed_gradient(weight: Float, ids: npt.NDArray[np.int32], grad_outputs: Float) -> Float:
    """Return the gradient of ``weight``, each position's added in order."""
    gradient = np.zeros_like(weight)
    unit("rows_gradient").scatter_add(grad_outputs, ids, gradient)
    return gradient
