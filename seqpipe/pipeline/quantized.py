"""Weights in bytes: which of a pipeline's arrays they are, and how they lie in a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from seqpipe.contracts import Parameters
from seqpipe.data.ragged import Array
from seqpipe.kernels.int8_product import Quantized, quantize


class QuantizedError(ValueError):
    """Weights in bytes are not as they are written; the text says why."""


def matrices(stages: Sequence[Mapping[str, Any]], parameters: Parameters) -> list[str]:
    """Return the names of the arrays that are quantized: all matrices, and filters, of cores.

    A decoder's own, such as the transitions of a CRF, and vectors stay as they are: they are small, and sums of many
    of them decide.

    Args:
        stages: as they are declared.
        parameters: under ``<index of the stage>.<name>``.
    """
    cores = {str(index) for index, stage in enumerate(stages) if "core" in stage}
    return [name for name, array in parameters.items() if array.ndim > 1 and name.partition(".")[0] in cores]


def rounded(parameters: Parameters) -> dict[str, Array]:
    """Return a core's parameters, its matrices rounded to what bytes can hold, with one scale a row."""
    return {name: quantize(array).widen() if array.ndim > 1 else array for name, array in parameters.items()}


def widened(values: Array, scales: Array) -> Array:
    """Return the matrix that a file holds as bytes and scales.

    Raises:
        QuantizedError: they are not bytes from -127 to 127 and one scale in float32 for each row.
    """
    in_bytes = values.dtype == np.int8 and values.ndim > 1
    if not in_bytes or scales.dtype != np.float32 or scales.shape != values.shape[:1]:
        raise QuantizedError(f"{values.dtype} {values.shape} with scales {scales.dtype} {scales.shape}")
    if values.size and values.min() < -127:
        raise QuantizedError("a byte of -128")
    return Quantized(values, scales).widen()
