"""One direction of one recurrent layer, over all steps of a packed batch, forward and backward, for any cell.

The kernel computes the part of the inputs for as many steps at once as the cache has room for, adds that of the states
before, applies the cell's equations, and keeps what the gradient needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from seqpipe.kernels import unit
from seqpipe.kernels.product import empty_packed, transposed_product
from seqpipe.network.arrays import Float
from seqpipe.network.cell import Cell
from seqpipe.network.cell_weights import CellWeights
from seqpipe.network.inputs import sum_rows
from seqpipe.network.kernel_inputs import KernelInputs
from seqpipe.network.packing import Packing

States = tuple[Float, ...]
"""The states of a run, (sequences, hidden) each, in the order of the packing."""


class Kept(NamedTuple):
    """What a run keeps for its gradient: gates (positions, gates * hidden), and the rest (positions, ...)."""

    gates: Float
    beside: Float


@dataclass(frozen=True, eq=False, slots=True)
class Run:
    """One direction of one layer over a packed batch.

    Attributes:
        weights: its parameters.
        packing: how the batch is packed.
        backwards: whether it runs from the last element of each sequence to the first.
        outputs: the states of the layer at each position, (positions, directions * hidden).
        column: where the states of this direction stand in the rows of ``outputs``.
    """

    weights: CellWeights
    packing: Packing
    backwards: bool
    outputs: Float
    column: int

    @property
    def cell(self) -> Cell:
        """The cell of the layer."""
        return self.weights.cell

    def forward(self, incoming: KernelInputs, state: States, *, keep: bool) -> tuple[Float, Kept]:
        """Write the outputs and replace ``state`` by the final one.

        Returns what `backward` needs, which is empty unless ``keep``: the states before the first step side by side,
        (sequences, states * hidden), and what each position left.
        """
        weights, equations = self.weights, self.cell.equations
        states, kept = _side_by_side(state), self._empty(equations.beside if keep else None)
        initial = states.copy() if keep else states[:0]
        rooms = weights.rooms(len(self.outputs))
        unit(weights.kernels, equations).forward(
            incoming.vectors,
            incoming.ids,
            *incoming.weights,
            incoming.table,
            incoming.bias,
            *weights.state_arrays,
            weights.apart_bias,
            weights.own,
            self.packing.starts,
            int(self.backwards),
            self.column,
            *rooms,
            incoming.sums,
            weights.apart_room(len(rooms[0]) if rooms else 0),
            states,
            self.outputs,
            kept,
        )
        _replace(state, states)
        return initial, Kept(incoming.sums, kept)

    def backward(
        self, kept: Kept, initial: Float, grad_outputs: Float, grad_state: States
    ) -> tuple[Float, dict[str, Float]]:
        """Replace ``grad_state``, the gradient of the final states, by that of the initial ones. Overwrites ``kept``.

        Returns the gradients of the part of the inputs, (positions, gates * hidden), and of the parameters by name but
        for ``weight_ih``, which depends on the inputs.
        """
        weights, grad_states = self.weights, _side_by_side(grad_state)
        grad_own = np.zeros_like(weights.own)
        unit("recurrence_gradient", self.cell.equations).backward(
            *weights.gradient_products(),
            weights.own,
            self.packing.starts,
            int(self.backwards),
            self.column,
            initial,
            self.outputs,
            grad_outputs,
            grad_states,
            *kept,
            grad_own,
        )
        _replace(grad_state, grad_states)
        gradients = {"bias_ih": sum_rows(kept.gates, kept.gates.shape[1])}
        if self.cell.recurrent:
            gradients |= self._recurrent_gradients(kept, initial, gradients["bias_ih"])
        return kept.gates, gradients | dict(zip(self.cell.weights, grad_own.reshape(-1, weights.hidden), strict=True))

    def _recurrent_gradients(self, gradients: Kept, initial: Float, bias_ih: Float) -> dict[str, Float]:
        """Return the gradients of ``weight_hh`` and ``bias_hh`` from those of the sums and of the parts apart."""
        weight, hidden = self.weights.weight_hh, self.weights.hidden
        previous = empty_packed(1, len(self.outputs), hidden, weight.dtype)
        unit("rows_gradient").pack_previous_rows(
            initial, hidden, self.packing.starts, int(self.backwards), self.column, self.outputs, previous
        )
        added, weight_hh = len(weight) - self.cell.apart * hidden, np.empty_like(weight)
        bias_hh = bias_ih.copy()
        for block, rows in ((gradients.gates, slice(added)), (gradients.beside, slice(added, len(weight)))):
            if weight[rows].size:
                transposed_product(block, previous, weight_hh[rows])
        if self.cell.apart:
            bias_hh[added:] = sum_rows(gradients.beside, len(weight) - added)
        return {"weight_hh": weight_hh, "bias_hh": bias_hh}

    def _empty(self, vectors: int | None) -> Float:
        """Return an uninitialised array for so many values of each unit at each position; None: for no position."""
        rows = 0 if vectors is None else len(self.outputs)
        return np.empty((rows, (vectors or 0) * self.weights.hidden), self.outputs.dtype)


def _side_by_side(states: States) -> Float:
    """Return states as one array, (sequences, states * hidden): the first itself, if there is no other."""
    return states[0] if len(states) == 1 else np.concatenate(states, axis=1)


def _replace(states: States, values: Float) -> None:
    """Write what stands side by side into the states, where it is not there already."""
    if len(states) > 1:
        for state, part in zip(states, np.split(values, len(states), axis=1), strict=True):
            state[...] = part
