"""The way of a gradient through the steps of a recurrent layer, in reverse, for any cell.

A cell's module has, beside the function ``update`` of `seqpipe.kernels.sources.recurrent.recurrence`, its adjoint::

    def gradient(of_after, step):
        return of_sums, of_apart, of_before, of_weights

``of_after`` are the gradients of the states after a step, ``step`` is what stood there (`AtStep`). What is returned are
the gradients of what ``update`` took: sums, parts apart, states before and own weights. Those of the states before are
without what comes through the product with them, which is added here; 0.0 is a vector of zeros.
"""

from typing import Any, NamedTuple

import numpy as np

from seqpipe.kernels.annotations import Array1, Array2, Array3, Float, Out
from seqpipe.kernels.compiler import inlined, kernel
from seqpipe.kernels.sources.linear.places import Place
from seqpipe.kernels.sources.linear.product import multiply_rows
from seqpipe.kernels.sources.recurrent.gates import add_first, load_each, store_each
from seqpipe.kernels.sources.recurrent.recurrence import lanes_of


class AtStep(NamedTuple):
    """Vectors of a step: gates and what else was kept, states before and after, and the cell's own weights."""

    gates: Any
    kept: Any
    before: Any
    after: Any
    weights: Any


class Backward(NamedTuple):
    """The arrays of one direction of one layer, the same at all steps: see `backward`."""

    own: Any
    column: Any
    outputs: Any
    grad_outputs: Any
    grad_states: Any
    gates: Any
    kept: Any
    grad_own: Any


class Before(NamedTuple):
    """Where the states before a row stand: the first one, and the others."""

    first: Any
    others: Any


def kernels(cell, equations):
    """Return the kernels of a cell, given its module and what `seqpipe.kernels.units` says of it."""
    states = equations.states
    kept_columns = equations.beside - states + 1
    row_gradient = _row_gradient(cell.gradient, equations)
    through_products = _through_products(equations)

    @kernel
    def backward(
        weights: Array3[Float],
        apart_weights: Array3[Float],
        own: Array2[Float],
        starts: Array1[np.int64],
        backwards: int,
        column: int,
        initial: Out[Array2[Float]],
        outputs: Out[Array2[Float]],
        grad_outputs: Array2[Float],
        grad_states: Out[Array2[Float]],
        gates: Out[Array2[Float]],
        kept: Out[Array2[Float]],
        grad_own: Out[Array2[Float]],
    ) -> None:
        """Run over all steps in reverse.

        Args:
            weights: the recurrent weights of the gates to whose sums the product is added, packed as a right factor,
                (gates * hidden) by (hidden).
            apart_weights: those of the other gates.
            own, starts, backwards, column, outputs: as given to, and made by, `forward`; outputs are only read.
            initial: the states before the first step, side by side, (sequences, states * hidden); only read.
            grad_outputs: the gradient of the outputs, (positions, at least column + hidden).
            grad_states: the gradients of the states after, and then before, (sequences, states * hidden).
            gates: as `forward` left them in the sums; become the gradients of the sums.
            kept: as `forward` left it; its first columns become the gradients of the parts apart.
            grad_own: the gradients of the cell's own weights, (1, weights * hidden); is added to.
        """
        arrays = Backward(own, column, outputs, grad_outputs, grad_states, gates, kept, grad_own)
        hidden = grad_states.shape[1] // states
        steps = starts.size - 1
        for step in range(steps):
            t = step if backwards else steps - 1 - step
            first, rows = starts[t], starts[t + 1] - starts[t]
            before = t + 1 if backwards else t - 1
            known = starts[before + 1] - starts[before] if 0 <= before < steps else 0
            for row in range(rows):
                if row < known:
                    position = starts[before] + row
                    place = Before(
                        Place(outputs, position, column, hidden), Place(kept, position, kept_columns * hidden, hidden)
                    )
                else:
                    place = Before(Place(initial, row, 0, hidden), Place(initial, row, hidden, hidden))
                row_gradient(arrays, first + row, row, place)
            through_products(weights, apart_weights, arrays, first, rows, hidden)

    return [backward]


def _row_gradient(gradient, equations):
    """Return ``row_gradient(arrays, position, row, before)``, which replaces what a row left by its gradients."""
    gates, states, others = equations.gates, equations.states, equations.states - 1
    weights, kept_columns = equations.weights, equations.beside - others
    kept_values = equations.kept

    @inlined
    def row_gradient(arrays, position, row, before):
        hidden = arrays.grad_states.shape[1] // states
        for unit in range(0, hidden, lanes_of(arrays.gates)):
            count = hidden - unit
            first = load_each(before.first.array, before.first.row, before.first.column + unit, 0, count, 1)
            rest = load_each(before.others.array, before.others.row, before.others.column + unit, hidden, count, others)
            a = load_each(arrays.outputs, position, arrays.column + unit, 0, count, 1)
            step = AtStep(
                load_each(arrays.gates, position, unit, hidden, count, gates),
                load_each(arrays.kept, position, unit, hidden, count, kept_values),
                first + rest,
                a + load_each(arrays.kept, position, kept_columns * hidden + unit, hidden, count, others),
                load_each(arrays.own, 0, unit, hidden, count, weights),
            )
            of_output = load_each(arrays.grad_outputs, position, arrays.column + unit, 0, count, 1)
            of_after = load_each(arrays.grad_states, row, unit, hidden, count, states)
            of_sums, of_apart, of_before, of_own = gradient(add_first(of_after, of_output, 1), step)
            store_each(arrays.gates, position, unit, hidden, of_sums, count)
            store_each(arrays.kept, position, unit, hidden, of_apart, count)
            store_each(arrays.grad_states, row, unit, hidden, of_before, count)
            total = load_each(arrays.grad_own, 0, unit, hidden, count, weights)
            store_each(arrays.grad_own, 0, unit, hidden, add_first(total, of_own, weights), count)

    return row_gradient


def _through_products(equations):
    """Return a function that adds to the gradients of the first state what comes through the recurrent product."""

    @inlined
    def nothing(weights, apart_weights, arrays, first, rows, hidden):
        """There is no product."""

    @inlined
    def added(weights, apart_weights, arrays, first, rows, hidden):
        multiply_rows(arrays.gates, first, weights, arrays.grad_states, 0, arrays.grad_states, 0, rows, hidden)

    @inlined
    def apart(weights, apart_weights, arrays, first, rows, hidden):
        multiply_rows(arrays.kept, first, apart_weights, arrays.grad_states, 0, arrays.grad_states, 0, rows, hidden)

    @inlined
    def both(weights, apart_weights, arrays, first, rows, hidden):
        added(weights, apart_weights, arrays, first, rows, hidden)
        apart(weights, apart_weights, arrays, first, rows, hidden)

    if not equations.recurrent:
        return nothing
    if not equations.apart:
        return added
    return both if equations.apart < equations.gates else apart
