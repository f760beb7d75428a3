"""What a recurrent core reads: one-hot vectors, embedded or not, frames, and the pieces and characters of words."""

from __future__ import annotations

import numpy as np

from seqpipe.builtin.cores.layers import Back, Layer, Signal
from seqpipe.builtin.cores.spelling import CharacterSettings, Spelling
from seqpipe.builtin.cores.word_pieces import PieceSettings, WordPieces
from seqpipe.contracts import Parameter, Parameters, Training
from seqpipe.data import Spec
from seqpipe.data.ragged import Array
from seqpipe.errors import ConfigError
from seqpipe.network.cell import Cell
from seqpipe.network.dropout import dropout_mask
from seqpipe.network.embedding import embed, embed_gradient
from seqpipe.network.initial_values import embedding
from seqpipe.network.inputs import lookup

WEIGHT = "embedding.weight"
INSIDE_WORDS = ("pieces", "characters")
"""The columns that this layer reads up: what words are made of."""


class InputLayer(Layer):
    """The way from a batch's sequence to what the recurrent layers take.

    Args:
        spec: of what comes in.
        size: numbers that a one-hot vector is embedded in; None: it goes into the recurrent layers as it is, or not at
            all where words are read by their pieces or characters.
        pieces: also read words by their pieces.
        characters: also read words by their characters.
        cell: of the characters' network.
        parameters: of the core.
    """

    def __init__(
        self,
        spec: Spec,
        size: int | None,
        pieces: PieceSettings | None,
        characters: CharacterSettings | None,
        cell: Cell,
        parameters: Parameters,
    ) -> None:
        self.one_hot = spec.kind == "one_hot"
        self.depth = spec.width
        self.vocabulary = spec.vocabulary
        self.size = size
        self.weights = parameters
        if size and not self.one_hot:
            raise ConfigError(f"only one-hot vectors can be embedded, but what comes in is {spec}", "drop `embedding`")
        self.inside: list[WordPieces | Spelling] = []
        if pieces:
            self.inside.append(WordPieces(pieces, _column(spec, "pieces", "text.pieces"), parameters))
        if characters:
            alphabet = _column(spec, "characters", "core.characters")
            self.inside.append(Spelling(characters, cell, alphabet.width, parameters))
        self._as_it_is = self.one_hot and not size and not self.inside
        own = (size or 0) if self.one_hot and not self._as_it_is else self.depth
        self.width = own + sum(part.width for part in self.inside)

    @property
    def vectors_of_ids(self) -> Array | None:
        """The embedding if it is all that goes into the recurrent layers, which fold it into theirs in a run."""
        return None if self.inside else self.weights.get(WEIGHT)

    def parameters(self) -> dict[str, Parameter]:
        """The embedding, and what pieces and characters need."""
        parameters: dict[str, Parameter] = {}
        if self.size:
            parameters[WEIGHT] = Parameter((self.depth, self.size), embedding, vocabulary=self.vocabulary)
        for part in self.inside:
            parameters |= part.parameters()
        return parameters

    def __call__(self, signal: Signal) -> Signal:
        """Give vectors, or ids where these are one-hot vectors or `vectors_of_ids` has their vectors."""
        if not self.inside:
            if not self.size:
                return signal
            return signal._replace(codebook=None if signal.codebook is None else self._table(signal))
        return self._of_vectors(signal, _joined([*self._own(signal), *(part(signal.batch) for part in self.inside)]))

    def forward(self, signal: Signal, training: Training) -> tuple[Signal, Back]:
        """Give vectors, or ids of one-hot vectors, some of which are zero vectors."""
        rate = training.input_dropout
        if self._as_it_is:
            if rate:
                kept = dropout_mask(signal.keys(training), 1, rate)[:, 0] > 0
                signal = signal._replace(values=np.where(kept, signal.values, np.int32(-1)))
            return self._written_out(signal) if training.strengths else (signal, lambda _: (None, {}))
        ids, own = signal.values, self._own(signal)
        ways = [part.forward(signal.batch) for part in self.inside]
        vectors = _joined([*own, *(of_part for of_part, _ in ways)])
        mask = dropout_mask(signal.keys(training), self.width, rate, vectors.dtype) if rate else None

        def back(gradient: Array | None) -> tuple[Array | None, dict[str, Array]]:
            assert gradient is not None
            if mask is not None:
                gradient = gradient * mask
            begin = sum(part.shape[1] for part in own)
            of_own, of_parts = gradient[:, :begin], gradient[:, begin:]
            gradients: dict[str, Array] = {}
            for of_part, part_back in ways:
                gradients |= part_back(of_parts[:, : of_part.shape[1]])
                of_parts = of_parts[:, of_part.shape[1] :]
            if not self.one_hot:
                return np.ascontiguousarray(of_own), gradients
            if own:
                of_table = embed_gradient(self._table(signal), ids, np.ascontiguousarray(of_own))
                codes = signal.codebook
                gradients[WEIGHT] = of_table if codes is None else codes.T @ of_table
            return (gradient * vectors).sum(axis=1) if training.strengths else None, gradients

        return self._of_vectors(signal, vectors if mask is None else vectors * mask), back

    def _written_out(self, signal: Signal) -> tuple[Signal, Back]:
        """Give one-hot vectors as numbers, so that the way back knows how much each counted."""
        dtype = next(iter(self.weights.values())).dtype
        codes = np.eye(self.depth, dtype=dtype) if signal.codebook is None else signal.codebook
        vectors = lookup(codes, signal.values, np.zeros(self.depth, codes.dtype))

        def back(gradient: Array | None) -> tuple[Array | None, dict[str, Array]]:
            assert gradient is not None
            return (gradient * vectors).sum(axis=1), {}

        return self._of_vectors(signal, vectors), back

    def _own(self, signal: Signal) -> list[Array]:
        """Return the vectors of positions but for what is inside of them; none if that is all that is read."""
        if not self.one_hot:
            return [signal.values]
        return [embed(self._table(signal), signal.values)] if self.size else []

    def _table(self, signal: Signal) -> Array:
        """Return the embedding of each id: a mixture of rows where ids stand for mixtures."""
        weight = self.weights[WEIGHT]
        return weight if signal.codebook is None else signal.codebook @ weight

    def _of_vectors(self, signal: Signal, vectors: Array) -> Signal:
        return Signal(signal.batch, vectors, signal.offsets, None, signal.state)


def _joined(vectors: list[Array]) -> Array:
    return vectors[0] if len(vectors) == 1 else np.concatenate(vectors, axis=1)


def _column(spec: Spec, name: str, tokenizer: str) -> Spec:
    """Return a column of what words are made of."""
    if name not in spec.columns:
        raise ConfigError(f"words cannot be read by their {name} here", f"put {tokenizer} after the tokenizer")
    return spec.columns[name]
