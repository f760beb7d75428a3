"""The cells of recurrent networks: one direction of one layer, over all steps of a packed batch.

All are instances of ``a[t] = g(Wa [a[t-1], x[t]] + ba)``, that is ``a[t] = g(Waa a[t-1] + Wax x[t] + ba)``. The kernel
of a cell computes the part of the inputs for as many steps at once as the cache has room for, adds that of the previous
state, applies g, and keeps what its gradient needs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple, Protocol

import numpy as np

from seqpipe.kernels import instruction_set, unit
from seqpipe.network.arrays import Float
from seqpipe.network.cell_weights import CellWeights
from seqpipe.network.incoming import Incoming
from seqpipe.network.packing import Packing

Block = tuple[Float, int]
"""An array, (positions, ...), and how many of its columns count."""


class Run(NamedTuple):
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

    def nothing_kept(self) -> Float:
        """Return what a kernel takes where nothing is to be kept for the gradient."""
        return np.empty((0, self.weights.hidden), self.outputs.dtype)

    def room(self) -> Float:
        """Return an uninitialised array for one row of hidden units at each position."""
        return np.empty((len(self.outputs), self.weights.hidden), self.outputs.dtype)

    def zeros(self) -> Float:
        """Return one row of zeros."""
        return np.zeros((1, self.weights.hidden), self.outputs.dtype)


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

    def forward(self, run: Run, incoming: Incoming, state: tuple[Float, ...], *, keep: bool) -> tuple[Float, ...]:
        """Write the outputs, replace ``state`` by the final one, and return what is kept for `backward`."""

    def backward(
        self,
        run: Run,
        kept: tuple[Float, ...],
        initial: tuple[Float, ...],
        grad_outputs: Float,
        grad_state: tuple[Float, ...],
    ) -> tuple[Float, tuple[Block, ...]]:
        """Replace ``grad_state``, the gradient of the final state, by that of the initial one. Overwrites ``kept``.

        Returns the gradient of the part of the inputs, (positions, gates * hidden), and that of the part of the
        state: blocks of columns one beside the other.
        """


@dataclass(frozen=True)
class Plain:
    """The plain cell ``a[t] = g(Waa a[t-1] + Wax x[t] + ba)``; g is tanh, or ReLU if ``rectified``."""

    rectified: bool = False
    gates = 1
    states = 1

    def input_bias(self, weights: CellWeights) -> Float:
        """Return ba = bias_ih + bias_hh."""
        return weights.biases[2]

    def forward(self, run: Run, incoming: Incoming, state: tuple[Float, ...], *, keep: bool) -> tuple[Float, ...]:
        """Run over all steps; the outputs are all that the gradient needs."""
        unit("rnn").rnn_forward(
            *incoming.inputs,
            run.weights.state_product,
            run.packing.starts,
            int(run.backwards),
            run.column,
            int(self.rectified),
            incoming.sums,
            *state,
            run.outputs,
        )
        return (incoming.sums,) if keep else ()

    def backward(
        self,
        run: Run,
        kept: tuple[Float, ...],
        initial: tuple[Float, ...],
        grad_outputs: Float,
        grad_state: tuple[Float, ...],
    ) -> tuple[Float, tuple[Block, ...]]:
        """Run over all steps in reverse."""
        (gradient,) = kept
        unit("rnn_gradient").rnn_backward(
            run.weights.state_gradient_product(0, 1),
            run.zeros(),
            run.packing.starts,
            int(run.backwards),
            run.column,
            int(self.rectified),
            run.outputs,
            grad_outputs,
            *grad_state,
            gradient,
        )
        return gradient, ((gradient, run.weights.hidden),)


@dataclass(frozen=True)
class GRU:
    """The gated recurrent unit, with gates r, z, n and the reset gate applied after the product."""

    gates = 3
    states = 1

    def input_bias(self, weights: CellWeights) -> Float:
        """Return bias_ih; bias_hh is added inside, before the reset gate."""
        return weights.biases[0]

    def forward(self, run: Run, incoming: Incoming, state: tuple[Float, ...], *, keep: bool) -> tuple[Float, ...]:
        """Run over all steps, and keep the gates and Whn a[t-1] + bhn."""
        weights, kept = run.weights, run.room() if keep else run.nothing_kept()
        tile = np.empty((MOST_ROWS, WIDEST * weights.state_product.shape[2]), kept.dtype)
        unit("gru").gru_forward(
            *incoming.inputs,
            weights.state_product,
            weights.biases[1],
            run.packing.starts,
            int(run.backwards),
            run.column,
            incoming.sums,
            *state,
            run.outputs,
            tile,
            kept,
        )
        return (incoming.sums, kept) if keep else ()

    def backward(
        self,
        run: Run,
        kept: tuple[Float, ...],
        initial: tuple[Float, ...],
        grad_outputs: Float,
        grad_state: tuple[Float, ...],
    ) -> tuple[Float, tuple[Block, ...]]:
        """Run over all steps in reverse."""
        gates, product = kept
        unit("gru_gradient").gru_backward(
            run.weights.state_gradient_product(0, 2),
            run.weights.state_gradient_product(2, 3),
            run.packing.starts,
            int(run.backwards),
            run.column,
            *initial,
            run.outputs,
            grad_outputs,
            *grad_state,
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
        return weights.biases[2]

    def forward(self, run: Run, incoming: Incoming, state: tuple[Float, ...], *, keep: bool) -> tuple[Float, ...]:
        """Run over all steps, and keep the gates and c[t]."""
        cells = run.room() if keep else run.nothing_kept()
        a, c = state
        unit("lstm").lstm_forward(
            *incoming.inputs,
            run.weights.state_product,
            run.packing.starts,
            int(run.backwards),
            run.column,
            incoming.sums,
            a,
            run.outputs,
            c,
            cells,
        )
        return (incoming.sums, cells) if keep else ()

    def backward(
        self,
        run: Run,
        kept: tuple[Float, ...],
        initial: tuple[Float, ...],
        grad_outputs: Float,
        grad_state: tuple[Float, ...],
    ) -> tuple[Float, tuple[Block, ...]]:
        """Run over all steps in reverse."""
        gates, cells = kept
        unit("lstm_gradient").lstm_backward(
            run.weights.state_gradient_product(0, 4),
            run.zeros(),
            run.packing.starts,
            int(run.backwards),
            run.column,
            initial[1],
            cells,
            grad_outputs,
            *grad_state,
            gates,
        )
        return gates, ((gates, 4 * run.weights.hidden),)


MOST_ROWS, WIDEST = 8, max(instruction_set().wide_panels(3), 1)
CELLS: Mapping[str, Cell] = MappingProxyType(
    {"rnn_tanh": Plain(), "rnn_relu": Plain(rectified=True), "gru": GRU(), "lstm": LSTM()}
)
