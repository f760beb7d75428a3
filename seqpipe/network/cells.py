"""The cells of recurrent networks: one direction of one layer, over all steps of a packed batch.

All are instances of ``a[t] = g(Wa [a[t-1], x[t]] + ba)``, that is ``a[t] = g(Waa a[t-1] + Wax x[t] + ba)``. The part of
the inputs comes in as ``gates``, (positions, gates * hidden), computed for all steps at once; a cell adds that of the
previous state, applies g, and keeps what its gradient needs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Protocol

import numpy as np

from seqpipe.kernels import unit
from seqpipe.kernels.product import pack, pack_transposed
from seqpipe.network.arrays import Float
from seqpipe.network.packing import Packing


@dataclass(frozen=True, eq=False)
class CellWeights:
    """The parameters of one direction of one layer, as PyTorch names them, and packed forms made on first use.

    weight_ih (gates * hidden, inputs), weight_hh (gates * hidden, hidden), bias_ih and bias_hh (gates * hidden,).
    """

    weight_ih: Float
    weight_hh: Float
    bias_ih: Float
    bias_hh: Float

    @property
    def hidden(self) -> int:
        """The width of the state."""
        return int(self.weight_hh.shape[1])

    @cached_property
    def input_product(self) -> Float:
        """``weight_ih.T`` packed."""
        return pack_transposed(self.weight_ih)

    @cached_property
    def state_product(self) -> Float:
        """``weight_hh.T`` packed."""
        return pack_transposed(self.weight_hh)

    @cached_property
    def state_gradient_product(self) -> Float:
        """``weight_hh`` packed."""
        return pack(self.weight_hh)

    def __reduce__(self) -> tuple[type[CellWeights], tuple[Float, ...]]:
        # what is packed fits this CPU only
        return CellWeights, (self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)


@dataclass(frozen=True, eq=False)
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

    def before(self, initial: Float, states: Float, column: int) -> Float:
        """Return the state before each position, (positions, hidden), given those after and the initial ones."""
        previous = np.empty((len(states), self.weights.hidden), states.dtype)
        unit("rows").previous_rows(initial, self.packing.starts, int(self.backwards), column, states, previous)
        return previous


class Cell(Protocol):
    """What a cell does; states are in the order of the packing, (sequences, hidden) each."""

    @property
    def gates(self) -> int:
        """How many rows of weights a unit has."""

    @property
    def states(self) -> int:
        """How many states a unit has."""

    def input_bias(self, weights: CellWeights) -> Float:
        """Return the bias that is added to the part of the inputs, (1, gates * hidden)."""

    def forward(self, run: Run, gates: Float, state: tuple[Float, ...], *, keep: bool) -> tuple[Float, ...]:
        """Write the outputs, replace ``state`` by the final one, and return what is kept for `backward`."""

    def backward(
        self,
        run: Run,
        kept: tuple[Float, ...],
        initial: tuple[Float, ...],
        previous: Float,
        grad_outputs: Float,
        grad_state: tuple[Float, ...],
    ) -> tuple[Float, tuple[tuple[Float, int], ...]]:
        """Replace ``grad_state``, the gradient of the final state, by that of the initial one.

        ``previous`` is a[t-1] at each position, (positions, hidden). Overwrites ``kept``.
        Returns the gradient of the part of the inputs, (positions, gates * hidden), and that of the
        part of the state: blocks of columns one beside the other, each an array and how many of its columns count.
        """


@dataclass(frozen=True)
class Plain:
    """The plain cell ``a[t] = g(Waa a[t-1] + Wax x[t] + ba)``; g is tanh, or ReLU if ``rectified``."""

    rectified: bool = False
    gates = 1
    states = 1

    def input_bias(self, weights: CellWeights) -> Float:
        """Return ba = bias_ih + bias_hh."""
        return (weights.bias_ih + weights.bias_hh)[None]

    def forward(self, run: Run, gates: Float, state: tuple[Float, ...], *, keep: bool) -> tuple[Float, ...]:
        """Run over all steps; the outputs are all that the gradient needs."""
        starts, backwards = run.packing.starts, int(run.backwards)
        unit("rnn").rnn_forward(
            run.weights.state_product, starts, backwards, run.column, int(self.rectified), gates, state[0], run.outputs
        )
        return ()

    def backward(
        self,
        run: Run,
        kept: tuple[Float, ...],
        initial: tuple[Float, ...],
        previous: Float,
        grad_outputs: Float,
        grad_state: tuple[Float, ...],
    ) -> tuple[Float, tuple[tuple[Float, int], ...]]:
        """Run over all steps in reverse."""
        hidden = run.weights.hidden
        gradient = np.empty((len(run.outputs), hidden), run.outputs.dtype)
        unit("rnn_gradient").rnn_backward(
            run.weights.state_gradient_product,
            run.packing.starts,
            int(run.backwards),
            run.column,
            int(self.rectified),
            run.outputs,
            grad_outputs,
            grad_state[0],
            gradient,
        )
        return gradient, ((gradient, hidden),)


@dataclass(frozen=True)
class GRU:
    """The gated recurrent unit, with gates r, z, n and the reset gate applied after the product."""

    gates = 3
    states = 1

    def input_bias(self, weights: CellWeights) -> Float:
        """Return bias_ih; bias_hh is added inside, before the reset gate."""
        return weights.bias_ih[None]

    def forward(self, run: Run, gates: Float, state: tuple[Float, ...], *, keep: bool) -> tuple[Float, ...]:
        """Run over all steps, and keep the gates and Whn a[t-1] + bhn."""
        weights, hidden = run.weights, run.weights.hidden
        kept = np.empty((len(gates) if keep else 0, hidden), gates.dtype)
        unit("gru").gru_forward(
            weights.state_product,
            weights.bias_hh[None],
            run.packing.starts,
            int(run.backwards),
            run.column,
            gates,
            state[0],
            np.empty((len(state[0]), 3 * hidden), gates.dtype),
            run.outputs,
            kept,
        )
        return gates, kept

    def backward(
        self,
        run: Run,
        kept: tuple[Float, ...],
        initial: tuple[Float, ...],
        previous: Float,
        grad_outputs: Float,
        grad_state: tuple[Float, ...],
    ) -> tuple[Float, tuple[tuple[Float, int], ...]]:
        """Run over all steps in reverse."""
        gates, product = kept
        unit("gru_gradient").gru_backward(
            run.weights.state_gradient_product,
            run.packing.starts,
            int(run.backwards),
            run.column,
            previous,
            grad_outputs,
            grad_state[0],
            gates,
            product,
        )
        return gates, ((gates, 2 * run.weights.hidden), (product, run.weights.hidden))


@dataclass(frozen=True)
class LSTM:
    """The long short-term memory, with gates i, f, g, o and no peepholes; its states are a and c."""

    gates = 4
    states = 2

    def input_bias(self, weights: CellWeights) -> Float:
        """Return bias_ih + bias_hh."""
        return (weights.bias_ih + weights.bias_hh)[None]

    def forward(self, run: Run, gates: Float, state: tuple[Float, ...], *, keep: bool) -> tuple[Float, ...]:
        """Run over all steps, and keep the gates and c[t]."""
        cells = np.empty((len(gates) if keep else 0, run.weights.hidden), gates.dtype)
        starts, backwards = run.packing.starts, int(run.backwards)
        unit("lstm").lstm_forward(
            run.weights.state_product, starts, backwards, run.column, gates, *state, run.outputs, cells
        )
        return gates, cells

    def backward(
        self,
        run: Run,
        kept: tuple[Float, ...],
        initial: tuple[Float, ...],
        previous: Float,
        grad_outputs: Float,
        grad_state: tuple[Float, ...],
    ) -> tuple[Float, tuple[tuple[Float, int], ...]]:
        """Run over all steps in reverse."""
        gates, cells = kept
        unit("lstm_gradient").lstm_backward(
            run.weights.state_gradient_product,
            run.packing.starts,
            int(run.backwards),
            run.column,
            cells,
            run.before(initial[1], cells, 0),
            grad_outputs,
            *grad_state,
            gates,
        )
        return gates, ((gates, 4 * run.weights.hidden),)


CELLS: Mapping[str, Cell] = MappingProxyType(
    {"rnn_tanh": Plain(), "rnn_relu": Plain(rectified=True), "gru": GRU(), "lstm": LSTM()}
)
