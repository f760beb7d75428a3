"""Recurrent networks: cells in layers and directions, forward and backward, over packed batches.

``a[t] = g(Wa [a[t-1], x[t]] + ba)`` with the cell's g; the outputs of a layer, those of both directions side by side if
it is bidirectional, are the inputs of the next. Variants and parameter names are PyTorch's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from seqpipe.kernels import unit
from seqpipe.kernels.product import empty_packed, transposed_product
from seqpipe.network.arrays import Float, check_length
from seqpipe.network.cell_weights import CellWeights
from seqpipe.network.cells import CELLS, Cell, Run
from seqpipe.network.incoming import Tables, incoming
from seqpipe.network.inputs import input_gradient, is_one_hot, sum_rows, weight_gradient
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
        return self.runs[0].weight_hh.dtype


class SavedRun(NamedTuple):
    """What the gradient of one direction of one layer needs."""

    run: Run
    initial: State
    kept: tuple[Float, ...]


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

    cell: Literal["rnn_tanh", "rnn_relu", "gru", "lstm"]
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

    @property
    def _cell(self) -> Cell:
        return CELLS[self.cell]

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Return the shape of each parameter, by PyTorch's name."""
        rows = self._cell.gates * self.hidden
        shapes: dict[str, tuple[int, ...]] = {}
        for layer in range(self.layers):
            width = self.output_size if layer else self.input_size
            for names in self._names(layer):
                columns = ((rows, width), (rows, self.hidden), (rows,), (rows,))
                shapes.update(zip(names, columns, strict=True))
        return shapes

    def _names(self, layer: int) -> list[tuple[str, ...]]:
        """Return the names of the four parameters of each direction of a layer."""
        kinds = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        return [tuple(f"{kind}_l{layer}{suffix}" for kind in kinds) for suffix in ("", "_reverse")[: self.directions]]

    def prepare(self, parameters: Mapping[str, Float], codebook: Float | None = None) -> RecurrentWeights:
        """Return the parameters in the form that `forward` takes.

        Args:
            parameters: by PyTorch's names.
            codebook: the vector of each id, (codes, input_size), as an embedding has them; None: ids are one-hot.

        Raises:
            ValueError: a parameter is missing, or has another shape or dtype than the network's.
        """
        dtypes = {parameters[name].dtype for name in self.shapes() if name in parameters}
        for name, shape in self.shapes().items():
            if name not in parameters:
                raise ValueError(f"parameter {name} is missing")
            if parameters[name].shape != shape or len(dtypes) > 1:
                found = parameters[name]
                raise ValueError(f"parameter {name} must be {shape}, all of one dtype, not {found.shape} {found.dtype}")
        names = [names for layer in range(self.layers) for names in self._names(layer)]
        runs = tuple(CellWeights(*(np.ascontiguousarray(parameters[name]) for name in group)) for group in names)
        return RecurrentWeights(runs, Tables(codebook))

    def zero_state(self, sequences: int, dtype: npt.DTypeLike = np.float32) -> State:
        """Return the state before the first step."""
        shape = (self.layers * self.directions, sequences, self.hidden)
        return tuple(np.zeros(shape, dtype) for _ in range(self._cell.states))

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
                runs.append(self._run(run, inputs, own, tables, codebook, keep=keep))
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
        expected = [(self.layers * self.directions, len(packing.order), self.hidden)] * self._cell.states
        if [values.shape for values in state] != expected:
            raise ValueError(f"state must have shapes {expected}, not {[values.shape for values in state]}")

    def _run(
        self,
        run: Run,
        inputs: npt.NDArray[Any],
        state: State,
        tables: Tables | None,
        codebook: Float | None,
        *,
        keep: bool,
    ) -> SavedRun:
        """Run one direction of one layer, replacing its state by the final one; return what it keeps."""
        bias = self._cell.input_bias(run.weights)
        arrays = incoming(inputs, run.packing, run.weights, bias, tables, codebook, keep=keep)
        initial = tuple(values.copy() for values in state) if keep else ()
        kept = self._cell.forward(run, arrays, state, keep=keep)
        return SavedRun(run, initial, kept)

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
        final = grad_state or self.zero_state(len(packing.order), grad_outputs.dtype)
        self._check_state(final, packing)
        initial: dict[int, State] = {}
        gradients: dict[str, Float] = {}
        grad_inputs: Float | None = grad_outputs
        for layer in reversed(range(self.layers)):
            kept, grad_layer = saved[layer], grad_inputs
            assert grad_layer is not None
            grad_inputs = None
            for direction, names in enumerate(self._names(layer)):
                index = layer * self.directions + direction
                state = tuple(packing.sort(values[index]) for values in final)
                of_inputs, of_parameters = self._run_backward(kept, kept.runs[direction], grad_layer, state)
                gradients.update(zip(names, of_parameters, strict=True))
                initial[index] = tuple(packing.unsort(values) for values in state)
                if of_inputs is not None:
                    grad_inputs = of_inputs if grad_inputs is None else grad_inputs + of_inputs
            if grad_inputs is not None and kept.mask is not None:
                grad_inputs = grad_inputs * kept.mask
        return grad_inputs, gradients, _stacked([initial[index] for index in sorted(initial)])

    def _run_backward(
        self, layer: SavedLayer, saved: SavedRun, grad_outputs: Float, grad_state: State
    ) -> tuple[Float | None, tuple[Float, ...]]:
        """Return the gradients of the inputs and of the four parameters; ``grad_state`` becomes the initial one's."""
        run, weights = saved.run, saved.run.weights
        gradient, blocks = self._cell.backward(run, saved.kept, saved.initial, grad_outputs, grad_state)
        previous = empty_packed(1, len(run.outputs), weights.hidden, weights.weight_hh.dtype)
        unit("rows_gradient").pack_previous_rows(
            saved.initial[0], run.packing.starts, int(run.backwards), run.column, run.outputs, previous
        )
        weight_hh, bias_hh = np.empty_like(weights.weight_hh), np.empty_like(weights.bias_hh)
        row = 0
        for block, columns in blocks:
            transposed_product(block, previous, weight_hh[row : row + columns])
            bias_hh[row : row + columns] = sum_rows(block, columns)
            row += columns
        bias_ih = bias_hh.copy() if len(blocks) == 1 else sum_rows(gradient, len(weights.bias_ih))
        weight_ih = weight_gradient(layer.inputs, gradient, weights.weight_ih, layer.codebook)
        of_inputs = None if is_one_hot(layer.inputs) else input_gradient(gradient, weights.weight_ih)
        return of_inputs, (weight_ih, weight_hh, bias_ih, bias_hh)


def _stacked(states: Sequence[State]) -> State:
    """Return the states of several runs, each one array (runs, sequences, hidden)."""
    if len(states) == 1:
        return tuple(values[None] for values in states[0])
    return tuple(np.stack(values) for values in zip(*states, strict=True))
