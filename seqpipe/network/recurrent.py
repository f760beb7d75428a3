"""Recurrent networks: cells in layers and directions, forward and backward, over packed batches.

``a[t] = g(Wa [a[t-1], x[t]] + ba)`` with the cell's g; the outputs of a layer, those of both directions side by side if
it is bidirectional, are the inputs of the next. Variants and parameter names are PyTorch's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from seqpipe.network.arrays import Float, check_length
from seqpipe.network.cell import Cell, CellParameter
from seqpipe.network.cell_runs import Kept, Run
from seqpipe.network.cell_weights import CellWeights
from seqpipe.network.incoming import Tables, incoming
from seqpipe.network.inputs import input_gradient, is_one_hot, weight_gradient
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


class SavedRun(NamedTuple):
    """What the gradient of one direction of one layer needs."""

    run: Run
    initial: Float
    kept: Kept


class SavedLayer(NamedTuple):
    """What the gradient of one layer needs."""

    inputs: npt.NDArray[Any]
    mask: Float | None
    codebook: Float | None
    runs: tuple[SavedRun, ...]


Saved = tuple[SavedLayer, ...]
"""What `Recurrent.forward` keeps for one call of `Recurrent.backward`."""


@dataclass(frozen=True)
class Recurrent:
    """A network of ``layers`` of cells with ``hidden`` units in each direction."""

    cell: Cell
    input_size: int
    hidden: int
    layers: int = 1
    bidirectional: bool = False

    @property
    def directions(self) -> int:
        """How many directions a layer has."""
        return 2 if self.bidirectional else 1

    @property
    def output_size(self) -> int:
        """The width of the outputs."""
        return self.directions * self.hidden

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
        return [{name: f"{name}_l{layer}{suffix}" for name in own} for suffix in ("", "_reverse")[: self.directions]]

    def prepare(self, parameters: Mapping[str, Float], codebook: Float | None = None) -> RecurrentWeights:
        """Return the parameters in the form that `forward` takes.

        Args:
            parameters: by PyTorch's names.
            codebook: the vector of each id, (codes, input_size), as an embedding has them; None: ids are one-hot.

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
        runs = [
            CellWeights(self.cell, {own: np.ascontiguousarray(parameters[name]) for own, name in names.items()})
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
    ) -> tuple[Float, State, Saved]:
        """Run over a packed batch.

        Args:
            inputs: in packed order, vectors (positions, input_size) or ids (positions,) int32 of one-hot vectors; a
                negative id is the zero vector.
            packing: how the batch is packed.
            weights: the prepared parameters.
            state: the state to continue from; None is zero.
            codebook: the vector of each id, (codes, input_size), where it is not that of the weights.
            dropout_masks: factors for the inputs of each layer but the first, (positions, output_size) each.
            keep: whether `backward` will be called.

        Returns:
            The outputs of the last layer, (positions, output_size) in packed order; the state after the last step;
            what `backward` needs, empty unless ``keep``.

        Raises:
            ValueError: inputs, state or an id do not fit the network and the packing.
        """
        check_length("inputs", inputs, packing.total)
        if state is not None:
            self._check_state(state, packing)
        states = self._states(state, packing, weights.dtype)
        saved: list[SavedLayer] = []
        for layer in range(self.layers):
            mask = dropout_masks[layer - 1] if layer and dropout_masks is not None else None
            if mask is not None:
                inputs = inputs * mask
            outputs = np.empty((len(inputs), self.output_size), weights.dtype)
            runs = []
            for direction in range(self.directions):
                index = layer * self.directions + direction
                run = Run(weights.runs[index], packing, direction == 1, outputs, direction * self.hidden)
                tables = None if layer or keep else weights.tables
                own = tuple(values[index] for values in states)
                arrays = incoming(inputs, packing, run.weights, tables, codebook, keep=keep)
                runs.append(SavedRun(run, *run.forward(arrays, own, keep=keep)))
            if keep:
                saved.append(SavedLayer(inputs, mask, codebook, tuple(runs)))
            inputs, codebook = outputs, None
        return outputs, tuple(packing.unsort(values, axis=1) for values in states), tuple(saved)

    def _states(self, state: State | None, packing: Packing, dtype: np.dtype[Any]) -> State:
        """Return new arrays of the states that all runs begin with, as `State` but in the order of the packing."""
        if state is None:
            return self.zero_state(len(packing.order), dtype)
        return tuple(packing.sort(values, axis=1) for values in state)

    def _check_state(self, state: State, packing: Packing) -> None:
        expected = [(self.layers * self.directions, len(packing.order), self.hidden)] * len(self.cell.states)
        if [values.shape for values in state] != expected:
            raise ValueError(f"state must have shapes {expected}, not {[values.shape for values in state]}")

    def backward(
        self, saved: Saved, grad_outputs: Float, grad_state: State | None = None
    ) -> tuple[Float | None, dict[str, Float], State]:
        """Return the gradients of the inputs (None for ids), of each parameter by name, and of the initial state.

        ``saved`` is used up. ``grad_state`` is the gradient of the final state; None is zero.

        Raises:
            ValueError: a gradient has another shape than what it is the gradient of.
        """
        packing, shape = saved[0].runs[0].run.packing, saved[-1].runs[0].run.outputs.shape
        if grad_outputs.shape != shape:
            raise ValueError(f"the gradient of the outputs must be {shape}, not {grad_outputs.shape}")
        if grad_state is not None:
            self._check_state(grad_state, packing)
        grad_states = self._states(grad_state, packing, grad_outputs.dtype)
        gradients: dict[str, Float] = {}
        grad_inputs: Float | None = grad_outputs
        for layer in reversed(range(self.layers)):
            kept, grad_layer = saved[layer], grad_inputs
            assert grad_layer is not None
            grad_inputs = None
            for direction, names in enumerate(self._names(layer)):
                index = layer * self.directions + direction
                own = tuple(values[index] for values in grad_states)
                of_inputs, of_parameters = _run_backward(kept, kept.runs[direction], grad_layer, own)
                gradients |= {names[name]: gradient for name, gradient in of_parameters.items()}
                if of_inputs is not None:
                    grad_inputs = of_inputs if grad_inputs is None else grad_inputs + of_inputs
            if grad_inputs is not None and kept.mask is not None:
                grad_inputs = grad_inputs * kept.mask
        return grad_inputs, gradients, tuple(packing.unsort(values, axis=1) for values in grad_states)


def _run_backward(
    layer: SavedLayer, saved: SavedRun, grad_outputs: Float, grad_states: State
) -> tuple[Float | None, dict[str, Float]]:
    """Return the gradients of the inputs (None for ids) and of the parameters; replace those of the states."""
    weight = saved.run.weights.weight_ih
    of_sums, of_parameters = saved.run.backward(saved.kept, saved.initial, grad_outputs, grad_states)
    of_weight = weight_gradient(layer.inputs, of_sums, weight, layer.codebook)
    of_inputs = None if is_one_hot(layer.inputs) else input_gradient(of_sums, weight)
    return of_inputs, {"weight_ih": of_weight, **of_parameters}
