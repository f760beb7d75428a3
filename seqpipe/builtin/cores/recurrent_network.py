"""A recurrent core at work: a list of layers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from seqpipe.builtin.cores.input_layer import INSIDE_WORDS
from seqpipe.builtin.cores.layers import Layer, Signal
from seqpipe.contracts import Back, Network, State, Training
from seqpipe.data import Batch, Ragged, Spec, offsets_of, row_extents
from seqpipe.data.ragged import Array

TOGETHER = 32_768
"""Positions that are computed together, at most, where a batch has several rows: a long document is cut into many."""


class RecurrentNetwork(Network):
    """Layers that run one after the other: input, recurrent layers, pooling, output layer.

    Args:
        spec: of what comes out.
        layers: in order.
        carries: whether a window can go on from the state of the one before.
    """

    remembers = tuple[npt.NDArray[np.float32], ...]

    def __init__(self, spec: Spec, layers: Sequence[Layer], *, carries: bool) -> None:
        self.spec = spec
        self.layers = tuple(layers)
        self.carries = carries

    def __call__(self, batch: Batch, state: State = None) -> tuple[Batch, State]:
        """Give logits, or features where another core follows."""
        if state is None and batch.final and batch.main.offsets[-1] > TOGETHER and len(batch.rows) > 1:
            parts = [self._run(part, None) for part in _parts(batch)]
            lengths = np.concatenate([np.diff(part.offsets) for part in parts])
            values = np.concatenate([part.values for part in parts])
            return self._out(Signal(batch, values, offsets_of(lengths))), None
        signal = self._run(batch, state)
        return self._out(signal), signal.state

    def _run(self, batch: Batch, state: State) -> Signal:
        signal = Signal.of(batch, state)
        for layer in self.layers:
            signal = layer(signal)
        return signal

    def forward(self, batch: Batch, state: State, training: Training) -> tuple[Batch, State, Back]:
        """As ``__call__``, with dropout, and with the way back through all layers."""
        signal, backs = Signal.of(batch, state), []
        for layer in self.layers:
            signal, layer_back = layer.forward(signal, training)
            backs.append(layer_back)

        def back(gradient: Array) -> tuple[Array | None, dict[str, Array]]:
            incoming: Array | None = gradient
            gradients: dict[str, Array] = {}
            for layer_back in reversed(backs):
                incoming, of_layer = layer_back(incoming)
                gradients |= of_layer
            return incoming, gradients

        return self._out(signal), signal.state, back

    def _out(self, signal: Signal) -> Batch:
        batch = signal.batch
        columns = {name: column for name, column in batch.columns.items() if name not in INSIDE_WORDS}
        spans = columns.get("spans")
        if self.spec.pooled and isinstance(spans, Ragged):
            columns["spans"] = row_extents(spans)
        return batch.replace(sequence=Ragged(signal.values, signal.offsets), columns=columns)


def _parts(batch: Batch) -> Iterator[Batch]:
    """Yield a batch in parts of as many rows as have `TOGETHER` positions, or of one that has more."""
    offsets, begin = batch.main.offsets, 0
    while begin < len(batch.rows):
        end = max(begin + 1, int(np.searchsorted(offsets, offsets[begin] + TOGETHER, "right")) - 1)
        columns = {name: column.slice(begin, end) for name, column in batch.columns.items()}
        yield batch.replace(sequence=batch.main.slice(begin, end), columns=columns, rows=batch.rows[begin:end])
        begin = end
