"""A recurrent core at work: input, recurrent layers, pooling, output layer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from seqpipe.builtin.cores.input_layer import InputLayer, SavedInput, apart, side_by_side, under
from seqpipe.builtin.cores.pooling import Pooling, SavedPool
from seqpipe.contracts import Network, Parameters, State, Training
from seqpipe.data import Batch, Ragged, Spec, row_extents
from seqpipe.data.ragged import Array
from seqpipe.network.dropout import dropout_mask, position_keys
from seqpipe.network.linear import Linear
from seqpipe.network.packing import Packing
from seqpipe.network.recurrent import Recurrent, RecurrentWeights


@dataclass(frozen=True, eq=False, slots=True)
class Plan:
    """What a recurrent core is made of.

    Attributes:
        inputs, recurrent: the layers.
        pooling: None without.
        last: whether the last states are what goes on.
        logits: whether there is an output layer.
    """

    inputs: InputLayer
    recurrent: Recurrent
    pooling: Pooling | None
    last: bool
    logits: bool

    @property
    def features(self) -> int:
        """The width of what goes into the output layer."""
        return self.pooling.output_size if self.pooling else self.recurrent.output_size


@dataclass(frozen=True, eq=False, slots=True)
class Saved:
    """What the gradient needs."""

    inputs: SavedInput
    packing: Packing
    recurrent: Any
    pooled: SavedPool | None
    features: Array
    mask: Array | None
    linear: Linear | None
    weight_masks: dict[str, Array]


class RecurrentNetwork(Network):
    """A recurrent core with its weights."""

    def __init__(self, spec: Spec, plan: Plan, parameters: Parameters) -> None:
        self.spec = spec
        self.plan = plan
        self.parameters = parameters
        self.carries = not (plan.recurrent.bidirectional or plan.pooling or plan.last)

    @cached_property
    def weights(self) -> RecurrentWeights:
        """The recurrent weights, prepared; for inference only, where they do not change."""
        vectors = self.plan.inputs.vectors_of_ids(self.parameters)
        return self.plan.recurrent.prepare(under("rnn.", self.parameters), vectors)

    @cached_property
    def linear(self) -> Linear | None:
        """The output layer, prepared; for inference only."""
        return self._linear()

    def __call__(self, batch: Batch, state: State = None) -> tuple[Batch, State]:
        """Give logits, or features where another core follows."""
        values, codebook = self.plan.inputs.infer(batch, self.parameters)
        features, after = self._features(batch, values, codebook, _by_run(state))
        out = features.with_values(self.linear.forward(features.array)) if self.linear else features
        return self._out(batch, out), None if batch.final else _by_row(after)

    def forward(self, batch: Batch, state: State, training: Training) -> tuple[Batch, State, Any]:
        """As ``__call__``, with dropout; also keep what the gradient needs."""
        plan, keys = self.plan, self._keys(batch, training)
        values, codebook, of_inputs = plan.inputs.forward(batch, self.parameters, keys, training.input_dropout)
        packing = Packing.of(batch.main.lengths)
        weights = under("rnn.", self.parameters)
        weight_masks = _weight_masks(weights, training)
        outputs, after, of_layers = plan.recurrent.forward(
            packing.pack(values),
            packing,
            plan.recurrent.prepare(weights | {name: weights[name] * kept for name, kept in weight_masks.items()}),
            _by_run(state),
            codebook=codebook,
            dropout_masks=self._layer_masks(packing.pack(keys), training.dropout) if training.dropout else None,
            keep=True,
        )
        features, pooled = self._gather(batch, packing, outputs, after)
        array, mask = features.array, None
        if training.dropout and plan.logits:
            row_keys = keys if len(keys) == len(array) else position_keys(_names(batch), features.offsets, training.key)
            mask = dropout_mask(row_keys ^ 1, array.shape[1], training.dropout, array.dtype)
            array = array * mask
        linear = self._linear()
        out = features.with_values(linear.forward(array) if linear else array)
        saved = Saved(of_inputs, packing, of_layers, pooled, array, mask, linear, weight_masks)
        return self._out(batch, out), _by_row(after), saved

    def backward(self, saved: Saved, gradient: Array) -> tuple[Array | None, dict[str, Array]]:
        """Go back through the output layer, the pooling, the recurrent layers and the input."""
        plan, packing = self.plan, saved.packing
        gradients: dict[str, Array] = {}
        if saved.linear is not None:
            of_features, weight, bias = saved.linear.backward(saved.features, np.ascontiguousarray(gradient))
            assert of_features is not None
            gradients |= {"output.weight": weight, "output.bias": bias}
            gradient = of_features
        if saved.mask is not None:
            gradient = gradient * saved.mask
        final = None
        if saved.pooled is not None and plan.pooling is not None:
            gradient, of_query = plan.pooling.backward(saved.pooled, gradient, self.parameters.get("pool.query"))
            if of_query is not None:
                gradients["pool.query"] = of_query
        elif plan.last:
            final = plan.recurrent.zero_state(len(packing.order), gradient.dtype)
            final[0][-plan.recurrent.directions :] = apart(gradient, plan.recurrent.directions)
            gradient = np.zeros((len(packing.gather), plan.recurrent.output_size), gradient.dtype)
        of_values, of_layers, _ = plan.recurrent.backward(saved.recurrent, packing.pack(gradient), final)
        of_layers |= {name: of_layers[name] * kept for name, kept in saved.weight_masks.items()}
        gradients |= {f"rnn.{name}": array for name, array in of_layers.items()}
        of_values = packing.unpack(of_values) if of_values is not None else None
        incoming, of_inputs = plan.inputs.backward(saved.inputs, of_values, self.parameters)
        return incoming, gradients | of_inputs

    def _features(self, batch: Batch, values: Array, codebook: Array | None, state: State) -> tuple[Ragged, State]:
        packing = Packing.of(batch.main.lengths)
        outputs, after, _ = self.plan.recurrent.forward(
            packing.pack(values), packing, self.weights, state, codebook=codebook
        )
        features, _ = self._gather(batch, packing, outputs, after)
        return features, after

    def _gather(self, batch: Batch, packing: Packing, outputs: Array, state: State) -> tuple[Ragged, SavedPool | None]:
        """Return what goes into the output layer."""
        if self.plan.last:
            last = side_by_side(state[0][-self.plan.recurrent.directions :])
            return Ragged(last, np.arange(len(last) + 1)), None
        sequence = Ragged(packing.unpack(outputs), batch.main.offsets)
        if self.plan.pooling is None:
            return sequence, None
        return self.plan.pooling.forward(sequence, self.parameters.get("pool.query"))

    def _out(self, batch: Batch, sequence: Ragged) -> Batch:
        columns = {name: column for name, column in batch.columns.items() if name != "characters"}
        spans = columns.get("spans")
        if self.spec.pooled and isinstance(spans, Ragged):
            columns["spans"] = row_extents(spans)
        return batch.replace(sequence=sequence, columns=columns)

    def _linear(self) -> Linear | None:
        if not self.plan.logits:
            return None
        return Linear(self.parameters["output.weight"], self.parameters["output.bias"])

    def _keys(self, batch: Batch, training: Training) -> npt.NDArray[np.int64]:
        if not (training.input_dropout or training.dropout):
            return np.zeros(int(batch.main.offsets[-1]), np.int64)
        return position_keys(_names(batch), batch.main.offsets, training.key)

    def _layer_masks(self, keys: npt.NDArray[np.int64], rate: float) -> list[Array]:
        width = self.plan.recurrent.output_size
        dtype = self.parameters["rnn.weight_ih_l0"].dtype
        return [dropout_mask(keys ^ (2 + layer), width, rate, dtype) for layer in range(1, self.plan.recurrent.layers)]


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


def _names(batch: Batch) -> list[str]:
    return [f"{batch.row_record(row).id}/{row}" for row in range(len(batch.rows))]
