"""What a recurrent core reads: one-hot vectors, embedded or not, frames, and the spelling of words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

from seqpipe.contracts import Parameter, Parameters
from seqpipe.data import Batch, OneHot, Ragged, Spec
from seqpipe.data.ragged import Array
from seqpipe.errors import ConfigError
from seqpipe.network.cell import Cell
from seqpipe.network.dropout import dropout_mask
from seqpipe.network.embedding import embed, embed_gradient
from seqpipe.network.initial_values import embedding
from seqpipe.network.packing import Packing
from seqpipe.network.recurrent import Recurrent


class CharacterSettings(BaseModel):
    """How words are read by their spelling: a recurrent network over the characters of each."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    embedding: int = Field(25, ge=1, description="numbers that a character is embedded in")
    hidden: int = Field(25, ge=1, description="hidden units in each direction")


@dataclass(frozen=True, eq=False, slots=True)
class SavedInput:
    """What the gradient needs: the ids that were embedded, the dropout, what the characters' network kept."""

    ids: npt.NDArray[np.int32] | None
    mask: Array | None
    characters: tuple[npt.NDArray[np.int32], Packing, Any] | None


class InputLayer:
    """The way from a batch's sequence to what the recurrent layers take.

    Args:
        spec: of what comes in.
        width: numbers that a one-hot vector is embedded in; None: it goes into the recurrent layers as it is.
        characters: also read words by their characters.
        cell: of the characters' network.
    """

    def __init__(self, spec: Spec, width: int | None, characters: CharacterSettings | None, cell: Cell) -> None:
        self.one_hot = spec.kind == "one_hot"
        self.embedding = width
        self.depth = spec.width
        self.characters = characters
        self._alphabet = spec.columns["characters"].width if characters and "characters" in spec.columns else 0
        self._spelling = Recurrent(cell, characters.embedding, characters.hidden, 1, True) if characters else None
        self._check(spec)

    @property
    def width(self) -> int:
        """Numbers in each position, for the recurrent layers."""
        own = self.embedding or self.depth
        return own + (self._spelling.output_size if self._spelling else 0)

    def parameters(self) -> dict[str, Parameter]:
        """The embeddings, and the characters' network."""
        found: dict[str, Parameter] = {}
        if self.embedding:
            found["embedding.weight"] = Parameter((self.depth, self.embedding), embedding)
        if self._spelling and self.characters:
            found["characters.embedding.weight"] = Parameter((self._alphabet, self.characters.embedding), embedding)
            found |= weights_of(self._spelling, "characters.rnn.")
        return found

    def forward(
        self, batch: Batch, parameters: Parameters, keys: npt.NDArray[np.int64], dropout: float = 0.0
    ) -> tuple[Array, Array | None, SavedInput]:
        """Return vectors or ids of each position, the codebook of ids, and what `backward` needs.

        Args:
            batch: its sequence is read.
            parameters: of the core.
            keys: of the positions, for dropout.
            dropout: the share that is dropped.
        """
        sequence = batch.sequence
        if isinstance(sequence, OneHot) and not self.embedding:
            kept = sequence.ids.array
            if dropout:
                kept = np.where(dropout_mask(keys, 1, dropout)[:, 0] > 0, kept, np.int32(-1))
            return kept, sequence.codebook, SavedInput(None, None, None)
        ids = sequence.ids.array if isinstance(sequence, OneHot) else None
        vectors: Array = batch.ragged.array if ids is None else embed(parameters["embedding.weight"], ids)
        spelled = None
        if self._spelling:
            endings, spelled = self._spell(batch, parameters)
            vectors = np.concatenate([vectors, endings], axis=1)
        mask: Array | None = dropout_mask(keys, self.width, dropout, vectors.dtype) if dropout else None
        return vectors if mask is None else vectors * mask, None, SavedInput(ids, mask, spelled)

    def vectors_of_ids(self, parameters: Parameters) -> Array | None:
        """Return the embedding if it is all that goes into the recurrent layers, which may fold it into theirs."""
        return parameters["embedding.weight"] if self.embedding and not self._spelling else None

    def infer(self, batch: Batch, parameters: Parameters) -> tuple[Array, Array | None]:
        """Return vectors or ids of each position as `forward` does; ids where `vectors_of_ids` has their vectors."""
        if isinstance(batch.sequence, OneHot) and self.vectors_of_ids(parameters) is not None:
            return batch.sequence.ids.array, None
        values, codebook, _ = self.forward(batch, parameters, np.zeros(0, np.int64))
        return values, codebook

    def backward(
        self, saved: SavedInput, gradient: Array | None, parameters: Parameters
    ) -> tuple[Array | None, dict[str, Array]]:
        """Return the gradient of frames that came in (None for one-hot vectors) and those of the parameters."""
        if gradient is None:
            return None, {}
        if saved.mask is not None:
            gradient = gradient * saved.mask
        gradients: dict[str, Array] = {}
        if saved.characters is not None:
            own = self.embedding or self.depth
            gradients |= self._spell_backward(saved.characters, gradient[:, own:], parameters)
            gradient = np.ascontiguousarray(gradient[:, :own])
        if saved.ids is None:
            return gradient, gradients
        gradients["embedding.weight"] = embed_gradient(parameters["embedding.weight"], saved.ids, gradient)
        return None, gradients

    def _spell(self, batch: Batch, parameters: Parameters) -> tuple[Array, tuple[npt.NDArray[np.int32], Packing, Any]]:
        """Return for each word the last states of both directions over its characters."""
        assert self._spelling is not None
        words = batch.column("characters", OneHot).ids.values
        assert isinstance(words, Ragged)
        packing = Packing.of(words.lengths)
        ids = packing.pack(words.array)
        vectors = embed(parameters["characters.embedding.weight"], ids)
        weights = self._spelling.prepare(under("characters.rnn.", parameters))
        _, state, saved = self._spelling.forward(vectors, packing, weights, keep=True)
        return side_by_side(state[0]), (ids, packing, saved)

    def _spell_backward(
        self, saved: tuple[npt.NDArray[np.int32], Packing, Any], gradient: Array, parameters: Parameters
    ) -> dict[str, Array]:
        assert self._spelling is not None
        ids, packing, kept = saved
        final = self._spelling.zero_state(len(packing.order), gradient.dtype)
        final[0][:] = apart(gradient, self._spelling.directions)
        nothing = np.zeros((len(ids), self._spelling.output_size), gradient.dtype)
        of_vectors, of_network, _ = self._spelling.backward(kept, nothing, final)
        assert of_vectors is not None
        weight = parameters["characters.embedding.weight"]
        return {
            "characters.embedding.weight": embed_gradient(weight, ids, of_vectors),
            **{f"characters.rnn.{name}": array for name, array in of_network.items()},
        }

    def _check(self, spec: Spec) -> None:
        if self.embedding and not self.one_hot:
            raise ConfigError(f"only one-hot vectors can be embedded, but what comes in is {spec}", "drop `embedding`")
        if self.characters and (not self._alphabet or not (self.embedding or not self.one_hot)):
            todo = "put core.characters behind the tokenizer, and set `embedding`"
            raise ConfigError("words cannot be read by their characters here", todo)


def weights_of(network: Recurrent, prefix: str) -> dict[str, Parameter]:
    """Return the parameters of a recurrent network, their names behind a prefix; vectors, as biases, do not decay."""
    return {
        prefix + name: Parameter(found.shape, found.initial, decay=len(found.shape) > 1)
        for name, found in network.parameters().items()
    }


def side_by_side(states: Array) -> Array:
    """Return states (directions, rows, hidden) as (rows, directions * hidden)."""
    directions, rows, hidden = states.shape
    return np.ascontiguousarray(states.transpose(1, 0, 2)).reshape(rows, directions * hidden)


def apart(vectors: Array, directions: int) -> Array:
    """Return vectors (rows, directions * hidden) as (directions, rows, hidden)."""
    return vectors.reshape(len(vectors), directions, vectors.shape[1] // directions).transpose(1, 0, 2)


def under(prefix: str, parameters: Mapping[str, Array]) -> dict[str, Array]:
    """Return the parameters whose names begin with a prefix, without it."""
    return {name.removeprefix(prefix): array for name, array in parameters.items() if name.startswith(prefix)}
