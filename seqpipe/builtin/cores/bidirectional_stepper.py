"""A recurrent core that predicts each input twice: from those before it, and from those after it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from seqpipe.builtin.cores.layers import Back, Layer, Signal
from seqpipe.builtin.cores.recurrent_stepper import RecurrentStepper, opened
from seqpipe.contracts import Back as NetworkBack
from seqpipe.contracts import State, Training
from seqpipe.data import Batch, OneHot, Ragged, Spec, indices_of_ranges, offsets_of
from seqpipe.data.ragged import Array


class BidirectionalStepper(RecurrentStepper):
    """Two language models that share embedding and output layer, one a direction (M. Peters et al., 2018, section 3.1).

    In training a row ``x[0], ..., x[n-1]`` is read with a zero vector at both ends. The forward half predicts ``x[t]``
    from what stands before it, the backward half from what stands after it. `forward` gives each row twice, first as
    the forward half expects it, then as the backward half does, so any objective adds their losses. Whoever asks step
    by step, or for scores, is answered by the forward half.

    Args:
        spec: of what comes out.
        layers: of the forward half alone: input, recurrent layer, output layer.
        both: the same with the recurrent layer in both directions.
    """

    def __init__(self, spec: Spec, layers: Sequence[Layer], both: Sequence[Layer]) -> None:
        super().__init__(spec, layers, carries=False)
        self.reading, self.expecting = tuple(both[:-1]), both[-1]

    def forward(self, batch: Batch, state: State, training: Training) -> tuple[Batch, State, NetworkBack]:
        """Give the logits of each row twice: of each position from those before it, then from those after it."""
        signal, backs = Signal.of(batch.replace(sequence=_enclosed(batch.main)), None), []
        for layer in self.reading:
            signal, layer_back = layer.forward(signal, training)
            backs.append(layer_back)
        places, offsets = _places_of_halves(signal.offsets)
        halves = signal.values.reshape(2 * len(signal.values), -1)
        twice = _each_row_twice(batch)
        expected, output_back = self.expecting.forward(Signal(twice, halves[places], offsets), training)

        def back(gradient: Array) -> tuple[Array | None, dict[str, Array]]:
            of_places, gradients = output_back(gradient)
            assert of_places is not None
            of_halves = np.zeros_like(halves)
            of_halves[places] = of_places
            return _through(backs, of_halves.reshape(signal.values.shape), signal, gradients)

        return twice.replace(sequence=Ragged(expected.values, offsets)), None, back


def _through(
    backs: Sequence[Back], gradient: Array, signal: Signal, gradients: dict[str, Array]
) -> tuple[Array | None, dict[str, Array]]:
    """Go back through layers, and leave out the gradient of what was put at both ends."""
    incoming: Array | None = gradient
    for layer_back in reversed(backs):
        incoming, of_layer = layer_back(incoming)
        gradients = gradients | of_layer
    if incoming is not None:
        begins, lengths = signal.offsets[:-1] + 1, np.diff(signal.offsets) - 2
        incoming = incoming[indices_of_ranges(begins, lengths)]
    return incoming, gradients


def _enclosed(sequence: OneHot | Ragged) -> OneHot | Ragged:
    """Return sequences with the zero vector at both ends."""
    begun = opened(sequence)
    rows = np.arange(len(begun))
    if isinstance(begun, OneHot):
        end = Ragged(np.full(len(rows), -1, begun.ids.array.dtype), np.arange(len(rows) + 1))
        return begun.with_ids(begun.ids.extend(end))
    end = Ragged(np.zeros((len(rows), *begun.array.shape[1:]), begun.array.dtype), np.arange(len(rows) + 1))
    return begun.extend(end)


def _places_of_halves(enclosed: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return where the halves of states stand that expect something, and the offsets of rows made of them.

    States lie as ``2 * position + direction``, positions counted with both ends. What the forward half knows before
    ``x[t]`` is its state at ``t``, what the backward half knows after it is its state at ``t + 2``.
    """
    begins = np.stack([enclosed[:-1], enclosed[:-1] + 2], axis=1).ravel()
    lengths = (np.diff(enclosed) - 2).repeat(2)
    directions = np.tile([0, 1], len(enclosed) - 1).repeat(lengths)
    return 2 * indices_of_ranges(begins, lengths) + directions, offsets_of(lengths)


def _each_row_twice(batch: Batch) -> Batch:
    rows = np.arange(len(batch.rows)).repeat(2)
    columns = {name: column.select(rows) for name, column in batch.columns.items() if name != "characters"}
    return batch.replace(rows=batch.rows[rows], columns=columns)
