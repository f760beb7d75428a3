"""What a recurrent core reads: one-hot vectors, embedded or not, frames, and the spelling of words."""

from __future__ import annotations

import numpy as np

from seqpipe.builtin.cores.layers import Back, Layer, Signal
from seqpipe.builtin.cores.spelling import CharacterSettings, Spelling
from seqpipe.contracts import Parameter, Parameters, Training
from seqpipe.data import Spec
from seqpipe.data.ragged import Array
from seqpipe.errors import ConfigError
from seqpipe.network.cell import Cell
from seqpipe.network.dropout import dropout_mask
from seqpipe.network.embedding import embed, embed_gradient
from seqpipe.network.initial_values import embedding

WEIGHT = "embedding.weight"


class InputLayer(Layer):
    """The way from a batch's sequence to what the recurrent layers take.

    Args:
        spec: of what comes in.
        size: numbers that a one-hot vector is embedded in; None: it goes into the recurrent layers as it is.
        characters: also read words by their characters.
        cell: of the characters' network.
        parameters: of the core.
    """

    def __init__(
        self, spec: Spec, size: int | None, characters: CharacterSettings | None, cell: Cell, parameters: Parameters
    ) -> None:
        self.one_hot = spec.kind == "one_hot"
        self.depth = spec.width
        self.vocabulary = spec.vocabulary
        self.size = size
        self.weights = parameters
        self.spelling: Spelling | None = None
        if size and not self.one_hot:
            raise ConfigError(f"only one-hot vectors can be embedded, but what comes in is {spec}", "drop `embedding`")
        if characters:
            if "characters" not in spec.columns or (self.one_hot and not size):
                todo = "put core.characters after the tokenizer, and set `embedding`"
                raise ConfigError("words cannot be read by their characters here", todo)
            self.spelling = Spelling(characters, cell, spec.columns["characters"].width, parameters)
        self.width = (size or self.depth) + (self.spelling.width if self.spelling else 0)

    @property
    def vectors_of_ids(self) -> Array | None:
        """The embedding if it is all that goes into the recurrent layers, which fold it into theirs in a run."""
        return None if self.spelling else self.weights.get(WEIGHT)

    def parameters(self) -> dict[str, Parameter]:
        """The embedding, and what spelling needs."""
        own: dict[str, Parameter] = {}
        if self.size:
            own[WEIGHT] = Parameter((self.depth, self.size), embedding, vocabulary=self.vocabulary)
        return own | (self.spelling.parameters() if self.spelling else {})

    def __call__(self, signal: Signal) -> Signal:
        """Give vectors, or ids where these are one-hot vectors or `vectors_of_ids` has their vectors."""
        if self.spelling is None:
            return signal._replace(codebook=None) if self.size else signal
        return self._of_vectors(signal, np.concatenate([self._own(signal), self.spelling(signal.batch)], axis=1))

    def forward(self, signal: Signal, training: Training) -> tuple[Signal, Back]:
        """Give vectors, or ids of one-hot vectors, some of which are zero vectors."""
        rate = training.input_dropout
        if self.one_hot and not self.size:
            if rate:
                kept = dropout_mask(signal.keys(training), 1, rate)[:, 0] > 0
                signal = signal._replace(values=np.where(kept, signal.values, np.int32(-1)))
            return signal, lambda _: (None, {})
        ids, own = signal.values, self._own(signal)
        vectors, spelling_back = own, None
        if self.spelling:
            spelled, spelling_back = self.spelling.forward(signal.batch)
            vectors = np.concatenate([own, spelled], axis=1)
        mask = dropout_mask(signal.keys(training), self.width, rate, vectors.dtype) if rate else None

        def back(gradient: Array | None) -> tuple[Array | None, dict[str, Array]]:
            assert gradient is not None
            if mask is not None:
                gradient = gradient * mask
            gradients: dict[str, Array] = {}
            if spelling_back is not None:
                gradients |= spelling_back(gradient[:, own.shape[1] :])
                gradient = np.ascontiguousarray(gradient[:, : own.shape[1]])
            if not self.one_hot:
                return gradient, gradients
            return None, gradients | {WEIGHT: embed_gradient(self.weights[WEIGHT], ids, gradient)}

        return self._of_vectors(signal, vectors if mask is None else vectors * mask), back

    def _own(self, signal: Signal) -> Array:
        """Return the vectors of positions without their spelling."""
        return embed(self.weights[WEIGHT], signal.values) if self.one_hot else signal.values

    def _of_vectors(self, signal: Signal, vectors: Array) -> Signal:
        return Signal(signal.batch, vectors, signal.offsets, None, signal.state)
