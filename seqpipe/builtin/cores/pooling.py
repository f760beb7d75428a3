"""Sequences into one vector each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from seqpipe.data import Ragged
from seqpipe.data.ragged import Array, Offsets
from seqpipe.network.pooling import (
    attention_pool,
    attention_pool_backward,
    max_pool,
    max_pool_backward,
    mean_pool,
    mean_pool_backward,
)

PoolName = Literal["max", "mean", "attention"]


@dataclass(frozen=True, eq=False, slots=True)
class SavedPool:
    """What the gradient needs of each part."""

    values: Array
    offsets: Offsets
    parts: tuple[Any, ...]


class Pooling:
    """Several summaries of each row side by side: the greatest of each number, the mean, a weighted mean.

    Args:
        parts: which.
        width: of the vectors that are pooled.
    """

    def __init__(self, parts: tuple[PoolName, ...], width: int) -> None:
        self.parts = parts
        self.width = width

    @property
    def output_size(self) -> int:
        """The width of what comes out."""
        return len(self.parts) * self.width

    def forward(self, values: Ragged, query: Array | None) -> tuple[Ragged, SavedPool]:
        """Return one vector a row, zeros for empty rows; ``query`` is what the weighted mean looks for."""
        array, offsets = values.array, values.offsets
        pooled, kept = [], []
        for part in self.parts:
            found: Any = None
            match part:
                case "max":
                    vectors, found = max_pool(array, offsets)
                case "mean":
                    vectors = mean_pool(array, offsets)
                case "attention":
                    assert query is not None
                    found = attention_pool(array, offsets, query)
                    vectors = found.contexts
            pooled.append(vectors)
            kept.append(found)
        out = np.ascontiguousarray(np.concatenate(pooled, axis=1))
        return Ragged(out, np.arange(len(values) + 1)), SavedPool(array, offsets, tuple(kept))

    def backward(self, saved: SavedPool, gradient: Array, query: Array | None) -> tuple[Array, Array | None]:
        """Return the gradients of the vectors that were pooled, and of the query."""
        total = np.zeros_like(saved.values)
        of_query: Array | None = None
        for index, (part, found) in enumerate(zip(self.parts, saved.parts, strict=True)):
            own = np.ascontiguousarray(gradient[:, index * self.width : (index + 1) * self.width])
            match part:
                case "max":
                    total += max_pool_backward(own, found, len(saved.values))
                case "mean":
                    total += mean_pool_backward(own, saved.offsets)
                case "attention":
                    assert query is not None
                    of_values, of_query = attention_pool_backward(saved.values, saved.offsets, query, found, own)
                    total += of_values
        return total, of_query
