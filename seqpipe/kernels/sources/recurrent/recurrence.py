"""The way of a recurrent layer through the steps of a packed batch, for any cell.

At each step the rows that are active, and no others, are multiplied with the recurrent weights in tiles, and each tile
is turned into states while it is in the innermost cache. The states go straight to the outputs, from where the next
step reads them. The part of the inputs is computed ahead for as many steps as the L2 cache has room for.

Weights that do not fit into the L2 cache are read forth and back, from one step to the next: what was read last is
still there. While the rows of a batch are multiplied with some columns of the weights, the next columns are fetched.

A cell is a module with two functions of vectors (`seqpipe.kernels.sources.vector.vectors`), each vector some units of a
row::

    def update(sums, apart, before, weights):
        return states, gates, kept

``sums`` has a vector for each gate, the part of the inputs and that of the states before, and ``apart`` one for each
gate to which the latter is not added, but given apart. ``before`` are the states before, ``weights`` the cell's own
weights. What is returned are the states after, the gates as the gradient needs them (as many as sums) and what else it
needs. The other function, ``gradient``, is described in `seqpipe.kernels.sources.recurrent.recurrence_gradient`.
"""

from typing import Any, NamedTuple

import numpy as np

from seqpipe.kernels.annotations import Array1, Array2, Array3, Float, Out
from seqpipe.kernels.compiler import inlined, kernel
from seqpipe.kernels.isa import instruction_set
from seqpipe.kernels.sources.linear.places import Factor, Place
from seqpipe.kernels.sources.linear.product import multiplication, vector_ahead
from seqpipe.kernels.sources.linear.rows import copy
from seqpipe.kernels.sources.linear.tile import multiply_tile, tile_rows
from seqpipe.kernels.sources.recurrent.gates import add_first, last, load_each, store_each

ISA = instruction_set()


class Inputs(NamedTuple):
    """What comes into a layer: see `forward`."""

    vectors: Any
    ids: Any
    weights: Any
    table: Any
    bias: Any


class LayerArrays(NamedTuple):
    """The arrays of one direction of one layer, the same at all steps: see `forward`."""

    weights: Any
    bias: Any
    own: Any
    column: Any
    sums: Any
    room: Any
    states: Any
    outputs: Any
    kept: Any


class StepRows(NamedTuple):
    """Where some rows of a step begin.

    ``before`` is where their a[t-1] stands; ``sums`` is a row of the sums, ``position`` one of the outputs, and
    ``sequence`` one of the states.
    """

    before: Any
    sums: Any
    position: Any
    sequence: Any


@inlined
def below(rows, count):
    """Return where the rows begin after so many of them."""
    before = Factor(rows.before.array, rows.before.row + count, rows.before.column)
    return StepRows(before, rows.sums + count, rows.position + count, rows.sequence + count)


def kernels(cell, equations):
    """Return the kernels of a cell, given its module and what `seqpipe.kernels.units` says of it."""
    gates = equations.gates
    panels, wide_panels = max(1, ISA.vectors // gates), ISA.wide_panels(gates)
    advance = _advance_rows(equations, panels, wide_panels, updating(cell.update, equations))
    run = through_steps(equations, advance, projecting(multiplication(gates, panels), gates))

    @kernel
    def forward(
        vectors: Array2[Float],
        ids: Array1[np.int32],
        input_weights: Array3[Float],
        table: Array2[Float],
        input_bias: Array2[Float],
        weights: Array3[Float],
        bias: Array2[Float],
        own: Array2[Float],
        starts: Array1[np.int64],
        backwards: int,
        column: int,
        sums: Out[Array2[Float]],
        room: Out[Array2[Float]],
        states: Out[Array2[Float]],
        outputs: Out[Array2[Float]],
        kept: Out[Array2[Float]],
    ) -> None:
        """Run over all steps.

        Args:
            vectors, ids, input_weights, table, input_bias: what `project` takes.
            weights: the recurrent weights packed as a right factor, (hidden) by (gates * hidden).
            bias: of the recurrent product, where it is apart, (1, gates * hidden).
            own: the cell's own weights, (1, weights * hidden).
            starts: the position at which each step begins, and the end, (steps + 1).
            backwards: 1 to run from the last step to the first.
            column: where the states stand in the rows of ``outputs``.
            sums: room for the part of the inputs, (positions or fewer, gates * hidden).
            room: for a tile of the recurrent product, where it is apart.
            states: of each sequence before, and then after, side by side, (sequences, states * hidden).
            outputs: become the first state at each position, (positions, at least column + hidden).
            kept: becomes what the gradient needs: what `update` keeps and the states but for the first, (positions,
                beside * hidden), and ``sums``, as long, become the gates; with no rows nothing is kept.
        """
        inputs = Inputs(vectors, ids, input_weights, table, input_bias)
        layer = LayerArrays(weights, bias, own, column, sums, room, states, outputs, kept)
        run(inputs, layer, starts, backwards)

    return [forward]


def through_steps(equations, advance, project):
    """Return ``run(inputs, layer, starts, backwards)``, which runs over all steps.

    Args:
        equations: of the cell.
        advance: ``advance(layer, rows, count, odd)`` computes the states of some rows from those before; ``odd`` is
            whether the step is.
        project: ``project(inputs, first, end, sums)`` sets the sums of some positions to the part of the inputs.
    """
    states = equations.states

    @inlined
    def run(inputs, layer, starts, backwards):
        hidden = layer.states.shape[1] // states
        steps = starts.size - 1
        first = end = before = before_rows = 0
        for step in range(steps):
            t = steps - 1 - step if backwards else step
            position, count = starts[t], starts[t + 1] - starts[t]
            if not first <= position < end:
                first, end = block_of_steps(starts, t, backwards, layer.sums.shape[0])
                project(inputs, first, end, layer.sums)
            known = min(count, before_rows)
            odd = step % 2 == 1
            for begun in (True, False):  # the states before stand in the outputs, or are those that were given
                array = layer.outputs if begun else layer.states
                row, part = (0, known) if begun else (known, count - known)
                left = Factor(array, before if begun else known, layer.column if begun else 0)
                advance(layer, StepRows(left, position - first + row, position + row, row), part, odd)
            for row in range(count, before_rows):
                copy(layer.outputs[before + row, layer.column : layer.column + hidden], layer.states[row, :hidden])
            before, before_rows = position, count
        for row in range(before_rows):
            copy(layer.outputs[before + row, layer.column : layer.column + hidden], layer.states[row, :hidden])

    return run


def updating(update, equations):
    """Return a function that turns complete sums of some rows and units into states.

    ``update_rows(layer, rows, count, unit, end, apart)``: ``count`` rows, the units from ``unit`` to before ``end``.
    The part of the states before is in the sums already, but for cells that have it apart: it stands where ``apart``
    says, a row for each of the rows, all of its gates.
    """
    gates, states, others = equations.gates, equations.states, equations.states - 1
    recurrent_gates, added = (gates, gates - equations.apart) if equations.apart else (0, 0)
    alone, weights, kept_columns = equations.apart, equations.weights, equations.beside - others

    @inlined
    def update_vector(layer, rows, unit, apart):
        hidden = layer.states.shape[1] // states
        count = hidden - unit
        sums = load_each(layer.sums, rows.sums, unit, hidden, count, gates)
        product = load_each(apart.array, apart.row, apart.column, apart.gate, count, recurrent_gates)
        first = load_each(rows.before.array, rows.before.row, rows.before.column + unit, 0, count, 1)
        rest = load_each(layer.states, rows.sequence, hidden + unit, hidden, count, others)
        own = load_each(layer.own, 0, unit, hidden, count, weights)
        after, opened, kept = update(add_first(sums, product, added), last(product, alone), first + rest, own)
        store_each(layer.outputs, rows.position, layer.column + unit, 0, after[:1], count)
        store_each(layer.states, rows.sequence, hidden + unit, hidden, after[1:], count)
        if layer.kept.shape[0]:
            store_each(layer.sums, rows.sums, unit, hidden, opened, count)
            store_each(layer.kept, rows.position, unit, hidden, kept, count)
            store_each(layer.kept, rows.position, kept_columns * hidden + unit, hidden, after[1:], count)

    @inlined
    def update_rows(layer, rows, count, unit, end, apart):
        lanes = lanes_of(layer.states)
        for row in range(count):
            for at in range(unit, end, lanes):
                place = Place(apart.array, apart.row + row, apart.column + at - unit, apart.gate)
                update_vector(layer, below(rows, row), at, place)

    return update_rows


@inlined
def lanes_of(array):
    """Return how many values of an array a vector register holds."""
    return REGISTER_BYTES // array.itemsize


REGISTER_BYTES = ISA.lanes(1)


def _advance_rows(equations, panels, wide_panels, update_rows):
    """Return ``advance_rows(layer, rows, count, odd)``, which computes the states of rows from those before."""
    gates, states = equations.gates, equations.states
    if not equations.recurrent:

        @inlined
        def update_only(layer, rows, count, odd):
            hidden = layer.states.shape[1] // states
            update_rows(layer, rows, count, 0, hidden, Place(layer.room, 0, 0, 0))

        return update_only

    most = tile_rows(gates, panels)
    multiply = _multiplying(equations)
    narrow, usual, multiply_row = multiply(1, most), multiply(panels, most), _multiply_row(wide_panels, multiply)

    @inlined
    def advance_rows(layer, rows, count, odd):
        hidden, lanes = layer.weights.shape[1], lanes_of(layer.weights)
        total = layer.weights.shape[0]
        if count == 1:
            done = 0
            while done < total:
                panel, width = row_chunk(done, total, wide_panels, odd)
                multiply_row(width, layer, rows, 1, panel, (panel, 0))
                end = min((panel + width) * lanes, hidden)
                update_rows(layer, rows, 1, panel * lanes, end, Place(layer.room, 0, 0, width * lanes))
                done += width
            return
        whole = total // panels
        chunks = whole + total - whole * panels
        for index in range(chunks):
            chunk = chunks - 1 - index if odd else index
            panel = first_panel(chunk, whole, panels)
            following = first_panel(min(max(chunk + (-1 if odd else 1), 0), chunks - 1), whole, panels)
            width = panels if chunk < whole else 1
            end = min((panel + width) * lanes, hidden)
            done, tiles, part = 0, -(-count // most), 0
            while tiles > 0:
                ahead = vector_ahead(following, min(total, following + panels), gates, part)
                height, tile = (count - done) // tiles, below(rows, done)
                if chunk < whole:
                    usual(layer, tile, height, panel, ahead)
                else:
                    narrow(layer, tile, height, panel, ahead)
                update_rows(layer, tile, height, panel * lanes, end, Place(layer.room, 0, 0, width * lanes))
                done, tiles, part = done + height, tiles - 1, part + 1

    return advance_rows


def _multiplying(equations):
    """Return a function of a number of panels and the most rows that returns ``multiply(layer, rows, count, ...)``.

    It adds a tile of the recurrent product to the sums or, where that is apart, writes it to the room.
    """
    gates = equations.gates

    def multiplying(panels, most):
        @inlined
        def add(layer, rows, count, panel, ahead):
            hidden, unit = layer.weights.shape[1], panel * lanes_of(layer.weights)
            place = Place(layer.sums, rows.sums, unit, hidden)
            multiply_tile(
                rows.before, layer.weights, panel, ahead, place, place, count, hidden - unit, gates, panels, most
            )

        @inlined
        def write(layer, rows, count, panel, ahead):
            hidden, lanes = layer.weights.shape[1], lanes_of(layer.weights)
            unit = panel * lanes
            start, out = Place(layer.bias, 0, unit, hidden), Place(layer.room, 0, 0, panels * lanes)
            multiply_tile(
                rows.before, layer.weights, panel, ahead, start, out, count, hidden - unit, gates, panels, most
            )

        return write if equations.apart else add

    return multiplying


def _multiply_row(widest, multiplying):
    """Return a function that multiplies one row with ``width`` panels: a power of two, at most ``widest``."""
    wide = multiplying(widest, 1)
    narrower = _multiply_row(widest // 2, multiplying) if widest > 1 else _nothing

    @inlined
    def multiply_row(width, *arguments):
        if width == widest:
            wide(*arguments)
        else:
            narrower(width, *arguments)

    return multiply_row


@inlined
def _nothing(_width, *_arguments):
    """Do nothing: there is no tile of less than one panel."""


def projecting(multiply_rows, gates):
    """Return ``project``, given what multiplies rows of vectors (see `seqpipe.kernels.sources.linear.product`)."""

    @inlined
    def project(inputs, first, end, sums):
        """Set the sums of positions ``first`` to ``end``.

        ``inputs`` are vectors (positions, width), ids (positions,), the packed weights of vectors, the table of ids
        (depth, gates * hidden), and the bias (1, gates * hidden), which a negative id stands for. With neither vectors
        nor ids the sums are there already.
        """
        vectors, ids, weights, table, bias = inputs
        if ids.size:
            for position in range(first, end):
                row = ids[position]
                copy(bias[0] if row < 0 else table[row], sums[position - first])
        elif vectors.shape[0]:
            multiply_rows(vectors, first, weights, bias, 0, sums, 0, end - first, bias.shape[1] // gates)

    return project


@inlined
def first_panel(chunk, whole, at_once):
    """Return the first panel of a chunk: of ``at_once`` panels each before chunk ``whole``, of one from there on."""
    return chunk * at_once if chunk < whole else whole * at_once + chunk - whole


@inlined
def row_chunk(done, count, widest, backwards):
    """Return the first panel and the panels of the next chunk of one row, after ``done`` of ``count`` panels.

    Chunks have ``widest`` panels, a power of two, as long as there are so many, and then the largest that fit.
    """
    if backwards:
        left = count - done
        rest = left % widest
        width = rest & -rest if rest else widest
        return left - width, width
    width = widest
    while done + width > count:
        width //= 2
    return done, width


@inlined
def block_of_steps(starts, t, backwards, room):
    """Return the first position and the end of steps from ``t`` on that have room together; at least one step."""
    steps = starts.size - 1
    if backwards:
        low = t
        while low > 0 and starts[t + 1] - starts[low - 1] <= room:
            low -= 1
        return starts[low], starts[t + 1]
    high = t + 1
    while high < steps and starts[high + 1] - starts[t] <= room:
        high += 1
    return starts[t], starts[high]
