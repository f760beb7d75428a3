"""Recurrent networks: cells in layers and directions, forward and backward, over packed batches.

``a[t] = g(Wa [a[t-1], x[t]] + ba)`` with the cell's g; the outputs of a layer, those of both directions side by side if
it is bidirectional, are the inputs of the next. Variants and parameter names are PyTorch's, but for layers that read in
alternating directions: each then has one direction, and the parameters of those that read from the end are named as
PyTorch names that direction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

from seqpipe.network.arrays import Float, check_length
from seqpipe.network.cell import Cell, CellParameter
from seqpipe.network.cell_runs import Kept, Run
from seqpipe.network.cell_weights import CellWeights, Int8CellWeights
from seqpipe.network.inputs import input_gradient, is_one_hot, weight_gradient
from seqpipe.network.kernel_inputs import Tables, kernel_inputs
from seqpipe.network.packing import Packing

State = tuple[Float, ...]
"""The states of a network: a, and for an LSTM c, each (layers * directions, sequences, hidden) in their own order."""


@dataclass(frozen=True, eq=False)
class RecurrentWeights:
    """The parameters of a network, prepared once for many calls; they must not change meanwhile. Can be pickled."""

    runs: tuple[CellWeights, ...]
    tables: Tables

    @property
    def dtype(self) -> np.dtype[Any]:
        """The precision of the computation: float32, or float64 to check gradients."""
        return self.runs[0].dtype


class Back(Protocol):
    """The way back through a network, from the gradients of what `Recurrent.forward` gave; called once."""

    def __call__(
        self, grad_outputs: Float, grad_state: State | None = None
    ) -> tuple[Float | None, dict[str, Float], State]:
        """Return the gradients of the inputs (None for ids), of each parameter by name, and of the initial state.

        ``grad_state`` is the gradient of the final state; None is zero.

        Raises:
            ValueError: a gradient has another shape than what it is the gradient of, or nothing was kept for it.
        """


LayerBack = Callable[[Float, State], tuple[Float | None, dict[str, Float]]]
"""From the gradient of a layer's outputs to those of its inputs and parameters; replaces that of all states."""


Directions = bool | Literal["alternating"]
"""Whether each layer reads from both ends, or from the other end than the layer below, the first from the start."""


@dataclass(frozen=True)
class Recurrent:
    """A network of ``layers`` of cells with ``hidden`` units in each direction."""

    cell: Cell
    input_size: int
    hidden: int
    layers: int = 1
    bidirectional: Directions = False

    @property
    def directions(self) -> int:
        """How many directions a layer has."""
        return len(self._backwards(0))

    @property
    def output_size(self) -> int:
        """The width of the outputs."""
        return self.directions * self.hidden

    def _backwards(self, layer: int) -> tuple[bool, ...]:
        """Return for each direction of a layer whether it reads from the end."""
        if self.bidirectional == "alternating":
            return (layer % 2 == 1,)
        return (False, True) if self.bidirectional else (False,)

    def parameters(self) -> dict[str, CellParameter]:
        """Return the shape of each parameter and what draws its first values, by PyTorch's name."""
        found: dict[str, CellParameter] = {}
        for layer in range(self.layers):
            of_layer = self.cell.parameters(self.output_size if layer else self.input_size, self.hidden)
            for names in self._names(layer):
                found.update(zip(names.values(), of_layer.values(), strict=True))
        return found

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Return the shape of each parameter, by PyTorch's name."""
        return {name: parameter.shape for name, parameter in self.parameters().items()}

    def _names(self, layer: int) -> list[dict[str, str]]:
        """Return the names of the parameters of each direction of a layer, by those that the cell gives them."""
        own = self.cell.parameters(self.input_size, self.hidden)
        suffixes = ["_reverse" if backwards else "" for backwards in self._backwards(layer)]
        return [{name: f"{name}_l{layer}{suffix}" for name in own} for suffix in suffixes]

    def prepare(
        self, parameters: Mapping[str, Float], codebook: Float | None = None, *, int8: bool = False
    ) -> RecurrentWeights:
        """Return the parameters in the form that `forward` takes.

        Args:
            parameters: by PyTorch's names.
            codebook: the vector of each id, (codes, input_size), as an embedding has them; None: ids are one-hot.
            int8: whether they are multiplied as bytes, for inference of few sequences at a time; float32 only.

        Raises:
            ValueError: a parameter is missing, or has another shape or dtype than the network's.
        """
        shapes = self.shapes()
        dtypes = {parameters[name].dtype for name in shapes if name in parameters}
        for name, shape in shapes.items():
            if name not in parameters:
                raise ValueError(f"parameter {name} is missing")
            if parameters[name].shape != shape or len(dtypes) > 1:
                found = parameters[name]
                raise ValueError(f"parameter {name} must be {shape}, all of one dtype, not {found.shape} {found.dtype}")
        kind = Int8CellWeights if int8 else CellWeights
        runs = [
            kind(self.cell, {own: np.ascontiguousarray(parameters[name]) for own, name in names.items()})
            for layer in range(self.layers)
            for names in self._names(layer)
        ]
        return RecurrentWeights(tuple(runs), Tables(codebook))

    def zero_state(self, sequences: int, dtype: npt.DTypeLike = np.float32) -> State:
        """Return the state before the first step."""
        shape = (self.layers * self.directions, sequences, self.hidden)
        return tuple(np.zeros(shape, dtype) for _ in self.cell.states)

    def forward(
        self,
        inputs: npt.NDArray[Any],
        packing: Packing,
        weights: RecurrentWeights,
        state: State | None = None,
        *,
        codebook: Float | None = None,
        dropout_masks: Sequence[Float] | None = None,
        keep: bool = False,
    ) -> tuple[Float, State, Back]:
        """Run over a packed batch.

        Args:
            inputs: in packed order, vectors (positions, input_size) or ids (positions,) int32 of one-hot vectors; a
                negative id is the zero vector.
            packing: how the batch is packed.
            weights: the prepared parameters.
            state: the state to continue from; None is zero.
            codebook: the vector of each id, (codes, input_size), where it is not that of the weights.
            dropout_masks: factors for the inputs of each layer but the first, (positions, output_size) each.
            keep: keep what the way back needs.

        Returns:
            The outputs of the last layer, (positions, output_size) in packed order; the state after the last step;
            the way back, which can be gone only with ``keep``.

        Raises:
            ValueError: inputs, state or an id do not fit the network and the packing.
        """
        check_length("inputs", inputs, packing.total)
        if state is not None:
            self._check_state(state, packing)
        states = self._states(state, packing, weights.dtype)
        backs: list[LayerBack] = []
        for layer in range(self.layers):
            mask = dropout_masks[layer - 1] if layer and dropout_masks is not None else None
            if mask is not None:
                inputs = inputs * mask
            outputs = np.empty((len(inputs), self.output_size), weights.dtype)
            runs, kept = [], []
            for direction, backwards in enumerate(self._backwards(layer)):
                index = layer * self.directions + direction
                run = Run(weights.runs[index], packing, backwards, outputs, direction * self.hidden)
                tables = None if layer or keep else weights.tables
                own = tuple(values[index] for values in states)
                arrays = kernel_inputs(inputs, packing, run.weights, tables, codebook, keep=keep)
                runs.append(run)
                kept.append(run.forward(arrays, own, keep=keep))
            if keep:
                backs.append(partial(self._layer_back, layer, inputs, mask, codebook, runs, kept))
            inputs, codebook = outputs, None
        back = partial(self._back, backs, packing, outputs.shape)
        return outputs, tuple(packing.unsort(values, axis=1) for values in states), back

    def _states(self, state: State | None, packing: Packing, dtype: np.dtype[Any]) -> State:
        """Return new arrays of the states that all runs begin with, as `State` but in the order of the packing."""
        if state is None:
            return self.zero_state(len(packing.order), dtype)
        return tuple(packing.sort(values, axis=1) for values in state)

    def _check_state(self, state: State, packing: Packing) -> None:
        expected = [(self.layers * self.directions, len(packing.order), self.hidden)] * len(self.cell.states)
        if [values.shape for values in state] != expected:
            raise ValueError(f"state must have shapes {expected}, not {[values.shape for values in state]}")

    def _back(
        self,
        backs: Sequence[LayerBack],
        packing: Packing,
        shape: tuple[int, ...],
        grad_outputs: Float,
        grad_state: State | None = None,
    ) -> tuple[Float | None, dict[str, Float], State]:
        """See `Back`."""
        if len(backs) < self.layers:
            raise ValueError("there is no way back: forward was not told to keep what it needs")
        if grad_outputs.shape != shape:
            raise ValueError(f"the gradient of the outputs must be {shape}, not {grad_outputs.shape}")
        if grad_state is not None:
            self._check_state(grad_state, packing)
        grad_states = self._states(grad_state, packing, grad_outputs.dtype)
        gradients: dict[str, Float] = {}
        grad_inputs: Float | None = grad_outputs
        for layer_back in reversed(backs):
            assert grad_inputs is not None
            grad_inputs, of_layer = layer_back(grad_inputs, grad_states)
            gradients |= of_layer
        return grad_inputs, gradients, tuple(packing.unsort(values, axis=1) for values in grad_states)

    def _layer_back(
        self,
        layer: int,
        inputs: npt.NDArray[Any],
        mask: Float | None,
        codebook: Float | None,
        runs: Sequence[Run],
        kept: Sequence[tuple[Float, Kept]],
        grad_outputs: Float,
        grad_states: State,
    ) -> tuple[Float | None, dict[str, Float]]:
        """See `LayerBack`."""
        gradients: dict[str, Float] = {}
        grad_inputs: Float | None = None
        for direction, (run, names) in enumerate(zip(runs, self._names(layer), strict=True)):
            initial, of_run = kept[direction]
            own = tuple(values[layer * self.directions + direction] for values in grad_states)
            of_sums, found = run.backward(of_run, initial, grad_outputs, own)
            found["weight_ih"] = weight_gradient(inputs, of_sums, run.weights.weight_ih, codebook)
            gradients |= {names[name]: gradient for name, gradient in found.items()}
            if not is_one_hot(inputs):
                of_inputs = input_gradient(of_sums, run.weights.weight_ih)
                grad_inputs = of_inputs if grad_inputs is None else grad_inputs + of_inputs
        if grad_inputs is not None and mask is not None:
            grad_inputs = grad_inputs * mask
        return grad_inputs, gradients
