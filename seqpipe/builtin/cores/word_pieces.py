"""Words read by the pieces that they are made of: the mean of the pieces' vectors (P. Bojanowski et al., 2017)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from seqpipe.contracts import Parameter, Parameters
from seqpipe.data import Batch, OneHot, Ragged, Spec
from seqpipe.data.ragged import Array
from seqpipe.network.embedding import embed, embed_gradient
from seqpipe.network.initial_values import embedding

WEIGHT = "pieces.embedding.weight"


class PieceSettings(BaseModel):
    """How words are read by the pieces that they are made of: the mean of the pieces' vectors."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    embedding: int = Field(100, ge=1, description="numbers that a piece is embedded in")


class WordPieces:
    """A vector for each word, of the column ``pieces``: the mean of its pieces' rows of the embedding.

    That is the product of the embedding with the mean of the pieces' one-hot vectors. A word without pieces is zero.

    Args:
        settings: its size.
        spec: of the column.
        parameters: of the core.
    """

    def __init__(self, settings: PieceSettings, spec: Spec, parameters: Parameters) -> None:
        self.width = settings.embedding
        self.spec = spec
        self.weights = parameters

    def parameters(self) -> dict[str, Parameter]:
        """The embedding of pieces."""
        spec = self.spec
        return {WEIGHT: Parameter((spec.width, self.width), embedding, vocabulary=spec.vocabulary)}

    def __call__(self, batch: Batch) -> Array:
        """Return the vectors, (words, width)."""
        words = _pieces(batch)
        vectors = embed(self.weights[WEIGHT], words.array)
        filled, means = words.lengths > 0, np.zeros((len(words), self.width), vectors.dtype)
        if len(vectors):
            means[filled] = np.add.reduceat(vectors, words.offsets[:-1][filled])
        return means * _shares(words, vectors.dtype)

    def forward(self, batch: Batch) -> tuple[Array, Callable[[Array], dict[str, Array]]]:
        """Return the vectors, and what turns their gradient into that of the embedding."""
        words = _pieces(batch)

        def back(gradient: Array) -> dict[str, Array]:
            of_pieces = np.repeat(gradient * _shares(words, gradient.dtype), words.lengths, axis=0)
            return {WEIGHT: embed_gradient(self.weights[WEIGHT], words.array, of_pieces)}

        return self(batch), back


def _pieces(batch: Batch) -> Ragged:
    words = batch.column("pieces", OneHot).ids.values
    assert isinstance(words, Ragged)
    return words


def _shares(words: Ragged, dtype: np.dtype) -> Array:
    """Return how much each of the pieces of a word counts, (words, 1)."""
    return (1 / np.maximum(words.lengths, 1)).astype(dtype)[:, None]
