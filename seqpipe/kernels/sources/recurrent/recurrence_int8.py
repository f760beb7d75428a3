"""The way of a recurrent layer through the steps of a packed batch with weights of bytes, for any cell.

Inputs and states become bytes row by row (`seqpipe.kernels.sources.integer.quantization`), so a row comes out bit for
bit the same alone and in a batch, in pieces and as a whole. What a cell is, and what is done at each step, is told in
`seqpipe.kernels.sources.recurrent.recurrence`.
"""

from typing import Any, NamedTuple

import numpy as np

from seqpipe.kernels.annotations import Array1, Array2, Out
from seqpipe.kernels.compiler import inlined, kernel
from seqpipe.kernels.sources.integer.int8_product import Int8Weights, add_product, multiply_bytes, multiply_rows
from seqpipe.kernels.sources.integer.quantization import Room, quantize_row
from seqpipe.kernels.sources.linear.places import Place
from seqpipe.kernels.sources.recurrent.recurrence import Inputs, LayerArrays, below, projecting, through_steps, updating


class Operand(NamedTuple):
    """Weights, with room for what is multiplied with them."""

    weights: Any
    room: Any


def kernels(cell, equations):
    """Return the kernels of a cell, given its module and what `seqpipe.kernels.units` says of it."""
    advance = _advance_rows(equations, updating(cell.update, equations))
    run = through_steps(equations, advance, projecting(_multiply_rows, equations.gates))

    @kernel
    def forward(
        vectors: Array2[np.float32],
        ids: Array1[np.int32],
        input_values: Array1[np.int8],
        input_initial: Array1[np.int32],
        input_scales: Array2[np.float32],
        table: Array2[np.float32],
        input_bias: Array2[np.float32],
        values: Array1[np.int8],
        initial: Array1[np.int32],
        scales: Array2[np.float32],
        bias: Array2[np.float32],
        own: Array2[np.float32],
        starts: Array1[np.int64],
        backwards: int,
        column: int,
        rows: Out[Array2[np.int8]],
        begins: Out[Array1[np.int32]],
        row_scales: Out[Array1[np.float32]],
        totals: Out[Array2[np.int32]],
        sums: Out[Array2[np.float32]],
        room: Out[Array2[np.float32]],
        states: Out[Array2[np.float32]],
        outputs: Out[Array2[np.float32]],
        kept: Out[Array2[np.float32]],
    ) -> None:
        """Run over all steps, as `seqpipe.kernels.sources.recurrent.recurrence` does.

        Args:
            vectors, ids, table, input_bias: what `project` takes.
            input_values, input_initial, input_scales: the weights of vectors (see `seqpipe.kernels.int8_product`).
            values, initial, scales: the recurrent weights.
            bias, own, starts, backwards, column, sums, states, outputs: as there.
            rows, begins, row_scales, totals: a `Room`.
            room: for as many rows of the recurrent product, where it is apart.
            kept: of no rows.
        """
        in_bytes = Room(rows, begins, row_scales, totals)
        of_inputs = Operand(Int8Weights(input_values, input_initial, input_scales), in_bytes)
        of_states = Operand(Int8Weights(values, initial, scales), in_bytes)
        inputs = Inputs(vectors, ids, of_inputs, table, input_bias)
        layer = LayerArrays(of_states, bias, own, column, sums, room, states, outputs, kept)
        run(inputs, layer, starts, backwards)

    return [forward]


@inlined
def _multiply_rows(vectors, first, operand, start, start_row, out, out_row, count, _columns):
    multiply_rows(vectors, first, count, operand.weights, start, start_row, out, out_row, operand.room)


def _advance_rows(equations, update_rows):
    """Return ``advance_rows(layer, rows, count, odd)``, which computes the states of rows from those before."""
    states, recurrent, apart = equations.states, equations.recurrent, equations.apart

    @inlined
    def advance_rows(layer, rows, count, odd):
        hidden, operand = layer.states.shape[1] // states, layer.weights
        weights, room = operand
        done = 0
        while done < count:
            part, tile = min(count - done, room.rows.shape[0]), below(rows, done)
            if recurrent:
                for row in range(part):
                    before = tile.before
                    quantize_row(before.array, before.row + row, before.column, hidden, room, row)
                multiply_bytes(room, part, weights, odd)
                if apart:
                    add_product(room, part, weights, layer.bias, 0, layer.room, 0)
                else:
                    add_product(room, part, weights, layer.sums, tile.sums, layer.sums, tile.sums)
            update_rows(layer, tile, part, 0, hidden, Place(layer.room, 0, 0, hidden))
            done += part

    return advance_rows
