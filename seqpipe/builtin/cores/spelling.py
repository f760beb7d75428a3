"""Words read by their spelling: a recurrent network over the characters of each (W. Ling et al., 2015)."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from itertools import pairwise

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from seqpipe.builtin.cores.layers import apart, side_by_side, under
from seqpipe.builtin.cores.recurrent_layer import weights_of
from seqpipe.contracts import Parameter, Parameters
from seqpipe.data import Batch, OneHot, Ragged, offsets_of
from seqpipe.data.ragged import Array
from seqpipe.network.cell import Cell
from seqpipe.network.embedding import embed, embed_gradient
from seqpipe.network.initial_values import embedding
from seqpipe.network.packing import Packing
from seqpipe.network.recurrent import Recurrent, RecurrentWeights

EMBEDDING, NETWORK = "characters.embedding.weight", "characters.rnn."


class CharacterSettings(BaseModel):
    """How words are read by their spelling: a recurrent network over the characters of each."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    embedding: int = Field(25, ge=1, description="numbers that a character is embedded in")
    hidden: int = Field(25, ge=1, description="hidden units in each direction")


class Spelling:
    """A vector for each word, of the column ``characters``: the last states of both directions over it.

    Args:
        settings: its sizes.
        cell: of the network.
        alphabet: how many characters there are.
        parameters: of the core.
    """

    def __init__(self, settings: CharacterSettings, cell: Cell, alphabet: int, parameters: Parameters) -> None:
        self.settings = settings
        self.alphabet = alphabet
        self.weights = parameters
        self.network = Recurrent(cell, settings.embedding, settings.hidden, 1, True)

    @property
    def width(self) -> int:
        """Numbers in a vector."""
        return self.network.output_size

    def parameters(self) -> dict[str, Parameter]:
        """The embedding of characters, and the network."""
        return {
            EMBEDDING: Parameter((self.alphabet, self.settings.embedding), embedding),
            **weights_of(self.network, NETWORK),
        }

    def __call__(self, batch: Batch) -> Array:
        """Return the vectors, (words, width); what is spelt alike is read once."""
        words, places = _different(_words(batch))
        ids, packing = _packed(words)
        _, state, _ = self.network.forward(embed(self.weights[EMBEDDING], ids), packing, self._prepared)
        return side_by_side(state[0])[places]

    def forward(self, batch: Batch) -> tuple[Array, Callable[[Array], dict[str, Array]]]:
        """Return the vectors, and what turns their gradient into those of the parameters."""
        (ids, packing), weight, network = _packed(_words(batch)), self.weights[EMBEDDING], self.network
        prepared = network.prepare(under(NETWORK, self.weights))
        outputs, state, network_back = network.forward(embed(weight, ids), packing, prepared, keep=True)

        def back(gradient: Array) -> dict[str, Array]:
            final = network.zero_state(len(packing.order), gradient.dtype)
            final[0][:] = apart(gradient, network.directions)
            of_vectors, of_network, _ = network_back(np.zeros_like(outputs), final)
            assert of_vectors is not None
            gradients = {NETWORK + name: array for name, array in of_network.items()}
            return gradients | {EMBEDDING: embed_gradient(weight, ids, of_vectors)}

        return side_by_side(state[0]), back

    @cached_property
    def _prepared(self) -> RecurrentWeights:
        return self.network.prepare(under(NETWORK, self.weights))


def _words(batch: Batch) -> Ragged:
    """Return the ids of the characters of all words."""
    words = batch.column("characters", OneHot).ids.values
    assert isinstance(words, Ragged)
    return words


def _different(words: Ragged) -> tuple[Ragged, Array]:
    """Return the different words, and which of them stands at each place."""
    spelt, offsets = words.array.tobytes(), (words.offsets * words.array.itemsize).tolist()
    numbers: dict[bytes, int] = {}
    places = [numbers.setdefault(spelt[begin:end], len(numbers)) for begin, end in pairwise(offsets)]
    lengths = np.fromiter(map(len, numbers), np.int64, len(numbers)) // words.array.itemsize
    different = Ragged(np.frombuffer(b"".join(numbers), words.array.dtype), offsets_of(lengths))
    return different, np.array(places, np.int64)


def _packed(words: Ragged) -> tuple[Array, Packing]:
    """Return the ids of the characters in the order of their packing."""
    packing = Packing.of(words.lengths)
    return packing.pack(words.array), packing
