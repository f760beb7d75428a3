"""The part of a layer that does not depend on time: ``Wx x[t] + b`` for all positions at once.

A dense input is one product. A one-hot input is never written out: the product with its 0/1 vector is a column of Wx,
so each id fetches one. With a codebook an id stands for a mixture of the columns.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from seqpipe.kernels import unit
from seqpipe.kernels.product import pack, product, transposed_product
from seqpipe.network.arrays import Float, check_ids


def is_one_hot(inputs: npt.NDArray[Any]) -> bool:
    """Whether inputs are ids, (positions,) int32, and not vectors, (positions, width)."""
    return inputs.ndim == 1


def project(inputs: npt.NDArray[Any], weights: Float, packed: Float, bias: Float) -> Float:
    """Return ``inputs @ weights.T + bias`` for all positions.

    Args:
        inputs: vectors (positions, width), or ids (positions,) int32 of which negative ones mean the zero vector.
        weights: (columns, width).
        packed: ``weights.T``, packed as a right factor.
        bias: (1, columns).

    Raises:
        ValueError: inputs have another width than the weights, or an id is too large.
    """
    projected = np.empty((len(inputs), weights.shape[0]), weights.dtype)
    if is_one_hot(inputs):
        check_rows(inputs, weights.shape[1])
        unit("rows").gather_columns(weights, bias[0], inputs, projected)
        return projected
    check_width(inputs, weights)
    return product(inputs, packed, bias, projected)


def check_width(vectors: Float, weights: Float) -> None:
    """Raise ValueError unless vectors (rows, width) fit weights (columns, width)."""
    if vectors.shape[1] != weights.shape[1]:
        raise ValueError(f"inputs must be vectors of {weights.shape[1]}, not {vectors.shape[1]}")


def check_rows(ids: npt.NDArray[np.int32], depth: int) -> None:
    """Raise ValueError if an id names no row of a table of this depth; negative ids name none, and may."""
    if ids.size and ids.max() >= depth:
        check_ids("ids", ids, min(-1, int(ids.min())), depth)


def lookup(table: Float, ids: npt.NDArray[np.int32], absent: Float) -> Float:
    """Return the row of the table (depth, columns) for each id; a negative id gives ``absent`` (columns,).

    Raises:
        ValueError: an id is not below the table's depth.
    """
    check_rows(ids, len(table))
    rows = np.empty((ids.size, table.shape[1]), table.dtype)
    unit("rows").gather(np.ascontiguousarray(table), absent, ids, rows)
    return rows


def weight_gradient(inputs: npt.NDArray[Any], gradient: Float, weights: Float, codebook: Float | None) -> Float:
    """Return the gradient of ``weights`` from that of their product with inputs, or with rows of the codebook."""
    if not is_one_hot(inputs):
        return transposed_product(gradient, pack(inputs), np.empty_like(weights))
    if codebook is None:
        of_weights = np.zeros_like(weights)
        unit("rows_gradient").scatter_add_columns(gradient, inputs, of_weights)
        return of_weights
    table = np.zeros((len(codebook), weights.shape[0]), weights.dtype)
    unit("rows_gradient").scatter_add(gradient, inputs, table)
    return transposed_product(table, pack(codebook), np.empty_like(weights))


def input_gradient(gradient: Float, weights: Float) -> Float:
    """Return the gradient of dense inputs, (positions, width), from that of what `project` returned."""
    zeros = np.zeros((1, weights.shape[1]), weights.dtype)
    return product(gradient, pack(weights), zeros, np.empty((len(gradient), weights.shape[1]), weights.dtype))


def sum_rows(gradient: Float, columns: int) -> Float:
    """Return the sums of the first columns over all rows, from the first row to the last."""
    total = np.zeros(columns, gradient.dtype)
    unit("rows_gradient").add_rows(gradient, total)
    return total
