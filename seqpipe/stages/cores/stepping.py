"""A recurrent core that predicts its next input, asked step by step."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from seqpipe.data import Batch, Column, OneHot, Ragged
from seqpipe.data.ragged import Array
from seqpipe.stage import State, Stepper, Training
from seqpipe.stages.cores.network import RecurrentNetwork


class RecurrentStepper(RecurrentNetwork, Stepper):
    """Takes the zero vector, then the sequence; what it gives at each position is about the following one."""

    def __call__(self, batch: Batch, state: State = None) -> tuple[Batch, State]:
        """Pass the sequence on: the decoder asks for what it needs."""
        return batch, None

    def forward(self, batch: Batch, state: State, training: Training) -> tuple[Batch, State, Any]:
        """Give the logits of each position from those before it."""
        assert batch.sequence is not None
        return super().forward(batch.replace(sequence=_shifted(batch.sequence)), state, training)

    def start(self, batch: Batch) -> tuple[Array, State]:
        """Read the whole sequence, and expect what comes after it."""
        assert batch.sequence is not None
        opened = batch.replace(sequence=_opened(batch.sequence), columns={}, final=False)
        out, state = super().__call__(opened)
        return np.ascontiguousarray(out.ragged.array[out.ragged.offsets[1:] - 1]), state

    def step(self, inputs: Array, state: State) -> tuple[Array, State]:
        """Read one input more in each row."""
        each = Ragged(inputs, np.arange(len(inputs) + 1))
        sequence = OneHot(each, self.plan.inputs.depth) if self.plan.inputs.one_hot else each
        out, state = super().__call__(Batch((), sequence, rows=each.offsets[:-1], final=False), state)
        return out.ragged.array, state

    def select(self, state: State, rows: npt.NDArray[np.int64]) -> State:
        """Take rows of the states."""
        return tuple(np.ascontiguousarray(values[:, rows]) for values in state)

    def score(self, batch: Batch) -> Batch:
        """Give the logits of each position from those before it."""
        assert batch.sequence is not None
        out, _ = super().__call__(batch.replace(sequence=_shifted(batch.sequence)))
        return out


def _shifted(sequence: Column) -> Column:
    """Return sequences with the zero vector in front and without their last position."""
    if isinstance(sequence, OneHot):
        return OneHot(_shift(sequence.ids, -1), sequence.depth, sequence.codebook)
    return _shift(sequence, 0)


def _shift(sequence: Ragged, first: int) -> Ragged:
    moved = np.roll(sequence.array, 1, axis=0)
    begins = sequence.offsets[:-1]
    moved[begins[sequence.lengths > 0]] = first
    return sequence.with_values(moved)


def _opened(sequence: Column) -> Column:
    """Return sequences with the zero vector in front."""
    if isinstance(sequence, OneHot):
        return OneHot(_open(sequence.ids, -1), sequence.depth, sequence.codebook)
    return _open(sequence, 0)


def _open(sequence: Ragged, first: int) -> Ragged:
    rows = len(sequence)
    values = np.insert(sequence.array, sequence.offsets[:-1], first, axis=0)
    return Ragged(values, sequence.offsets + np.arange(rows + 1))
