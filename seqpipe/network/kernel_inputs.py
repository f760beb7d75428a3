"""What comes into a recurrent layer, in the form that its kernel takes: vectors, or ids with what they stand for."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from seqpipe.kernels import unit
from seqpipe.network.arrays import Float
from seqpipe.network.cell_weights import Arrays, CellWeights
from seqpipe.network.inputs import check_rows, check_width, is_one_hot, lookup
from seqpipe.network.packing import Packing

BLOCK_BYTES = 1 << 18  # of the part of the inputs that is computed at once: it stays in the L2 cache


class KernelInputs(NamedTuple):
    """What a cell's kernel takes.

    With neither vectors nor ids the sums are complete.

    Attributes:
        vectors: (positions, width), or of no rows.
        ids: (positions,), or none.
        weights: the packed input weights of vectors.
        table: what each id adds to the gates, (depth, gates * hidden).
        bias: (1, gates * hidden).
        sums: the part of the inputs for all positions where it is kept for the gradient, else room for a block of
            steps, (positions or fewer, gates * hidden).
    """

    vectors: Float
    ids: npt.NDArray[np.int32]
    weights: Arrays
    table: Float
    bias: Float
    sums: Float


class Tables:
    """What each id adds to the gates of the first layer, for as long as the weights do not change.

    To make a table costs as much as going without it for some positions; it is made when so many have been seen. The
    bits are the same.

    Args:
        vectors: that ids stand for, (codes, width); None: ids are one-hot.
        largest: the bytes that a table may have.
    """

    def __init__(self, vectors: Float | None = None, largest: int = 1 << 28) -> None:
        self.vectors = vectors
        self._largest = largest
        self._seen = 0
        self._tables: dict[CellWeights, Float] = {}

    def get(self, weights: CellWeights, bias: Float, positions: int) -> Float | None:
        """Return the table for these weights, (codes, gates * hidden) with the bias in it, or None if there is none."""
        found = self._tables.get(weights)
        if found is None:
            self._seen += positions
            codes = weights.weight_ih.shape[1] if self.vectors is None else len(self.vectors)
            if self._seen < codes or codes * bias.nbytes > self._largest:
                return None
            found = self._tables[weights] = fold(self.vectors, weights, bias)
        return found

    def __reduce__(self) -> tuple[type[Tables], tuple[Float | None, int]]:
        return Tables, (self.vectors, self._largest)


def fold(vectors: Float | None, weights: CellWeights, bias: Float) -> Float:
    """Return what vectors, or one-hot vectors, add to the gates: ``vectors @ weight_ih.T + bias``."""
    if vectors is None:
        return np.ascontiguousarray(weights.weight_ih.T + bias)
    check_width(vectors, weights.weight_ih)
    return weights.project(vectors, bias)


def kernel_inputs(
    inputs: npt.NDArray[Any],
    packing: Packing,
    weights: CellWeights,
    tables: Tables | None,
    codebook: Float | None,
    *,
    keep: bool,
) -> KernelInputs:
    """Return what the kernel of a layer takes.

    Args:
        inputs: vectors (positions, width), or ids (positions,) int32 of which negative ones mean the zero vector.
        packing: of the batch.
        weights: of the layer.
        tables: of weights that do not change.
        codebook: the vector of each id; None: those of ``tables``, or one-hot.
        keep: whether the sums of all positions are kept.

    Raises:
        ValueError: inputs or codebook have another width than the weights, or an id is too large.
    """
    bias = weights.input_bias
    none, no_weights = np.empty((0, 0), bias.dtype), weights.input_arrays(used=False)
    if is_one_hot(inputs):
        vectors = codebook if codebook is not None or tables is None else tables.vectors
        check_rows(inputs, weights.weight_ih.shape[1] if vectors is None else len(vectors))
        table = tables.get(weights, bias, len(inputs)) if tables and codebook is None else None
        if codebook is not None and len(codebook) <= len(inputs):
            table = fold(codebook, weights, bias)
        if table is not None:
            return KernelInputs(none, inputs, no_weights, table, bias, _room(packing, bias, 0, keep=keep))
        if vectors is None:
            sums = np.empty((len(inputs), bias.size), bias.dtype)
            unit("rows").gather_columns(weights.weight_ih, bias[0], inputs, sums)
            return KernelInputs(none, inputs[:0], no_weights, none, bias, sums)
        inputs = lookup(vectors, inputs, np.zeros(vectors.shape[1], vectors.dtype))
    check_width(inputs, weights.weight_ih)
    room = _room(packing, bias, BLOCK_BYTES, keep=keep)
    return KernelInputs(inputs, _NO_IDS, weights.input_arrays(used=True), none, bias, room)


_NO_IDS = np.empty(0, np.int32)


def _room(packing: Packing, bias: Float, size: int, *, keep: bool) -> Float:
    """Return room for the sums of all positions, or for those of a step and as many more as ``size`` bytes hold."""
    rows = packing.total
    if not keep:
        rows = min(rows, max(packing.widest, size // bias.nbytes))
    return np.empty((rows, bias.size), bias.dtype)
