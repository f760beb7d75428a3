"""A recurrent core that predicts its next input, asked step by step."""

from __future__ import annotations

import numpy as np

from seqpipe.builtin.cores.input_layer import InputLayer
from seqpipe.builtin.cores.recurrent_network import TOGETHER, RecurrentNetwork
from seqpipe.contracts import Back, State, Stepper, Training
from seqpipe.data import Batch, Column, OneHot, Ragged
from seqpipe.data.ragged import Array


class RecurrentStepper(RecurrentNetwork, Stepper):
    """Takes the zero vector, then the sequence; what it gives at each position is about the following one."""

    @property
    def inputs(self) -> InputLayer:
        """The layer that reads the sequence."""
        assert isinstance(self.layers[0], InputLayer)
        return self.layers[0]

    def __call__(self, batch: Batch, state: State = None) -> tuple[Batch, State]:
        """Pass the sequence on: the decoder asks for what it needs."""
        return batch, None

    def forward(self, batch: Batch, state: State, training: Training) -> tuple[Batch, State, Back]:
        """Give the logits of each position from those before it; the state has the last position of each row."""
        last, inner = state or (_before(batch.main), None)
        out, after, back = super().forward(batch.replace(sequence=_shifted(batch.main, last)), inner, training)
        return out, (_last(batch.main, last), after), back

    def start(self, batch: Batch) -> tuple[Array, State]:
        """Read the whole sequence, and expect what comes after it.

        It is read in windows, so that no more is kept of it at a time than of `TOGETHER` positions.
        """
        sequence = opened(batch.main)
        lengths = sequence.lengths
        steps = max(1, TOGETHER // max(1, len(lengths)))
        logits = np.empty((len(lengths), self.spec.width), np.float32)
        state = None
        for begin in range(0, max(1, lengths.max(initial=0)), steps):
            begins, ends = np.minimum(begin, lengths), np.minimum(begin + steps, lengths)
            window = batch.replace(sequence=sequence.cut(begins, ends), columns={}, final=False)
            out, state = super().__call__(window, state)
            read = ends > begins
            logits[read] = out.ragged.array[out.ragged.offsets[1:][read] - 1]
        return logits, state

    def step(self, inputs: Array, state: State) -> tuple[Array, State]:
        """Read one input more in each row."""
        each = Ragged(inputs, np.arange(len(inputs) + 1))
        sequence = OneHot(each, self.inputs.depth) if self.inputs.one_hot else each
        out, state = super().__call__(Batch((), sequence, rows=each.offsets[:-1], final=False), state)
        return out.ragged.array, state

    def score(self, batch: Batch) -> Batch:
        """Give the logits of each position from those before it."""
        out, _ = super().__call__(batch.replace(sequence=_shifted(batch.main, _before(batch.main))))
        return out


def _before(sequence: Column) -> Array:
    """Return what stands before the first position of each row: the zero vector."""
    if isinstance(sequence, OneHot):
        return np.full(len(sequence), -1, np.int32)
    return np.zeros((len(sequence), *sequence.array.shape[1:]), sequence.array.dtype)


def _shifted(sequence: Column, first: Array) -> Column:
    """Return sequences without their last position, and in front what is given."""
    if isinstance(sequence, OneHot):
        return sequence.with_ids(_shift(sequence.ids, first))
    return _shift(sequence, first)


def _shift(sequence: Ragged, first: Array) -> Ragged:
    moved = np.roll(sequence.array, 1, axis=0)
    filled = sequence.lengths > 0
    moved[sequence.offsets[:-1][filled]] = first[filled]
    return sequence.with_values(moved)


def _last(sequence: Column, before: Array) -> Array:
    """Return the last position of each row; of an empty one, what stood before it."""
    ragged = sequence.ids if isinstance(sequence, OneHot) else sequence
    filled = ragged.lengths > 0
    last = before.copy()
    last[filled] = ragged.array[ragged.offsets[1:][filled] - 1]
    return last


def opened(sequence: Column) -> Column:
    """Return sequences with the zero vector in front."""
    if isinstance(sequence, OneHot):
        return sequence.with_ids(_open(sequence.ids, -1))
    return _open(sequence, 0)


def _open(sequence: Ragged, first: int) -> Ragged:
    rows = len(sequence)
    values = np.insert(sequence.array, sequence.offsets[:-1], first, axis=0)
    return Ragged(values, sequence.offsets + np.arange(rows + 1))
