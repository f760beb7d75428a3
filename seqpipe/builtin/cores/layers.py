"""Layers of recurrent cores, and what goes from one to the next."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from seqpipe.contracts import Parameter, State, Training
from seqpipe.data import Batch, OneHot
from seqpipe.data.ragged import Array, Offsets
from seqpipe.network.dropout import position_keys

Back = Callable[[Array | None], tuple[Array | None, dict[str, Array]]]
"""From the gradient of what a layer gave to that of what it took, and those of its parameters by name.

None is the gradient of ids.
"""


class Signal(NamedTuple):
    """What goes from layer to layer.

    Attributes:
        batch: what came in to the core.
        values: vectors, (positions, width), or ids, (positions,).
        offsets: of the rows.
        codebook: the vector of each id; None: ids are one-hot vectors.
        state: of the recurrent layers, before the batch and, after they have run, after it; None after the last piece.
    """

    batch: Batch
    values: Array
    offsets: Offsets
    codebook: Array | None = None
    state: State = None

    @classmethod
    def of(cls, batch: Batch, state: State) -> Signal:
        """Return what goes into the first layer."""
        sequence = batch.main
        if isinstance(sequence, OneHot):
            return cls(batch, sequence.ids.array, sequence.offsets, sequence.codebook, state)
        return cls(batch, sequence.array, sequence.offsets, None, state)

    def keys(self, training: Training) -> npt.NDArray[np.int64]:
        """Return what determines the dropout of each position, whatever batch its row is in."""
        batch = self.batch
        names = [f"{batch.row_record(row).id}/{row}" for row in range(len(batch.rows))]
        return position_keys(names, self.offsets, training.key)


class Layer(ABC):
    """A layer with its parameters; without them, as long as one only asks which it wants.

    Attributes:
        width: of what it gives.
    """

    width: int

    def parameters(self) -> dict[str, Parameter]:
        """Return its parameters, by their names in the core."""
        return {}

    @abstractmethod
    def __call__(self, signal: Signal) -> Signal:
        """Run, with parameters that do not change between calls."""

    @abstractmethod
    def forward(self, signal: Signal, training: Training) -> tuple[Signal, Back]:
        """As ``__call__``, in training: with dropout, and with the way back."""


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
