"""The recurrent layers of a core: packed, run over all steps, and given back row by row."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from seqpipe.builtin.cores.layers import Back, Layer, Signal, apart, side_by_side, under
from seqpipe.contracts import Parameter, Parameters, State, Training
from seqpipe.data.ragged import Array
from seqpipe.network.dropout import dropout_mask, position_keys
from seqpipe.network.packing import Packing
from seqpipe.network.recurrent import Recurrent, RecurrentWeights

PREFIX = "rnn."


class RecurrentLayer(Layer):
    """All recurrent layers of a core; they give a vector for each position, or the last states of each row.

    Args:
        network: the layers.
        parameters: of the core.
        vectors_of_ids: in a run, the vector of each id that comes in; None: ids are one-hot, or have a codebook.
        last: give the last states of both directions of the last layer, one vector a row.
        int8: multiply the weights as bytes, in a run.
    """

    def __init__(
        self,
        network: Recurrent,
        parameters: Parameters,
        vectors_of_ids: Array | None = None,
        *,
        last: bool = False,
        int8: bool = False,
    ) -> None:
        self.network = network
        self.weights = parameters
        self.last = last
        self.width = network.output_size
        self._vectors_of_ids = vectors_of_ids
        self._int8 = int8

    def parameters(self) -> dict[str, Parameter]:
        """Those of the cells of all layers and directions."""
        return weights_of(self.network, PREFIX)

    def __call__(self, signal: Signal) -> Signal:
        """Run from the state that the piece before left."""
        packing = Packing.of(signal.offsets[1:] - signal.offsets[:-1])
        outputs, state, _ = self.network.forward(
            packing.pack(signal.values), packing, self._prepared, _by_run(signal.state), codebook=signal.codebook
        )
        out = self._gathered(signal, packing, outputs, state)
        return out if signal.batch.final else out._replace(state=_by_row(state))

    def forward(self, signal: Signal, training: Training) -> tuple[Signal, Back]:
        """As ``__call__``, with dropout between layers and of the weights from a step to the next."""
        network, packing = self.network, Packing.of(signal.offsets[1:] - signal.offsets[:-1])
        weights = under(PREFIX, self.weights)
        weight_masks = _weight_masks(weights, training)
        outputs, state, network_back = network.forward(
            packing.pack(signal.values),
            packing,
            network.prepare(weights | {name: weights[name] * kept for name, kept in weight_masks.items()}),
            _by_run(signal.state),
            codebook=signal.codebook,
            dropout_masks=self._layer_masks(signal, packing, training),
            keep=True,
        )

        def back(gradient: Array | None) -> tuple[Array | None, dict[str, Array]]:
            assert gradient is not None
            final = None
            if self.last:
                final = network.zero_state(len(packing.order), gradient.dtype)
                final[0][-network.directions :] = apart(gradient, network.directions)
                of_outputs = np.zeros(outputs.shape, gradient.dtype)
            else:
                of_outputs = packing.pack(gradient)
            of_values, gradients, _ = network_back(of_outputs, final)
            gradients |= {name: gradients[name] * kept for name, kept in weight_masks.items()}
            of_values = None if of_values is None else packing.unpack(of_values)
            return of_values, {PREFIX + name: array for name, array in gradients.items()}

        return self._gathered(signal, packing, outputs, state)._replace(state=_by_row(state)), back

    @cached_property
    def _prepared(self) -> RecurrentWeights:
        return self.network.prepare(under(PREFIX, self.weights), self._vectors_of_ids, int8=self._int8)

    def _gathered(self, signal: Signal, packing: Packing, outputs: Array, state: State) -> Signal:
        """Return what goes on: the outputs of all positions, or the last states; without the state to carry on."""
        if self.last:
            vectors = side_by_side(state[0][-self.network.directions :])
            return Signal(signal.batch, vectors, np.arange(len(vectors) + 1))
        return Signal(signal.batch, packing.unpack(outputs), signal.offsets)

    def _layer_masks(self, signal: Signal, packing: Packing, training: Training) -> list[Array] | None:
        """Return what the inputs of each layer but the first are multiplied by; None: by nothing."""
        if not training.dropout:
            return None
        keys, dtype = packing.pack(signal.keys(training)), self.weights[f"{PREFIX}weight_ih_l0"].dtype
        return [
            dropout_mask(keys ^ (2 + layer), self.width, training.dropout, dtype)
            for layer in range(1, self.network.layers)
        ]


def weights_of(network: Recurrent, prefix: str) -> dict[str, Parameter]:
    """Return the parameters of a recurrent network, their names after a prefix; vectors, as biases, do not decay."""
    return {
        prefix + name: Parameter(parameter.shape, parameter.initial, decay=len(parameter.shape) > 1)
        for name, parameter in network.parameters().items()
    }


def _weight_masks(weights: Parameters, training: Training) -> dict[str, Array]:
    """Return what the recurrent weights are multiplied by, the same at all steps of all sequences of a training step.

    Dropping connections rather than states lets what a state remembers pass (S. Merity et al., 2018).
    """
    if not training.recurrent_dropout:
        return {}
    return {
        name: dropout_mask(
            position_keys([name], np.array([0, len(array)]), training.key),
            array.shape[1],
            training.recurrent_dropout,
            array.dtype,
        )
        for name, array in weights.items()
        if name.startswith("weight_hh")
    }


def _by_run(state: State) -> State:
    """Return the states of sequences, (sequences, runs, hidden) each, as the layers and directions take them."""
    return None if state is None else tuple(values.swapaxes(0, 1) for values in state)


def _by_row(state: State) -> State:
    """Return the states of layers and directions, (runs, sequences, hidden) each, with a row a sequence."""
    return tuple(np.ascontiguousarray(values.swapaxes(0, 1)) for values in state)
