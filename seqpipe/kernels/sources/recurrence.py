"""The way of a recurrent layer through the steps of a packed batch, for any cell.

At each step the rows that are active, and no others, are multiplied with the recurrent weights in tiles, and each tile
is turned into states while it is in the innermost cache. The states go straight to the outputs, from where the next
step reads them. The part of the inputs is computed ahead for as many steps as the L2 cache has room for.

Weights that do not fit into the L2 cache are read forth and back, from one step to the next: what was read last is
still there. While the rows of a batch are multiplied with some columns of the weights, the next columns are fetched.
"""

from seqpipe.kernels.compiler import inlined
from seqpipe.kernels.sources.product import multiplication, vector_ahead
from seqpipe.kernels.sources.rows import copy
from seqpipe.kernels.sources.tile import tile_rows


def recurrence(gates, panels, wide_panels, advance):
    """Return a function that runs a cell of so many gates over all steps.

    Args:
        gates: vectors of a panel of the weights.
        panels: of a tile; there are tiles of one beside.
        wide_panels: of a tile of one row, which needs more columns to keep the CPU busy.
        advance: a function of a number of panels and the most rows that returns ``advance(left, left_row, left_column,
            weights, panel, ahead, sums, sum_row, rows, outputs, position, column, row, memory)``: compute a tile, and
            states from it.
    """
    advance_rows = _advance_rows(gates, panels, wide_panels, advance)
    project = _project(gates, panels)

    @inlined
    def run(inputs, weights, starts, backwards, column, sums, state, outputs, memory):
        """Run over all steps.

        Args:
            inputs: what `project` takes.
            weights: the recurrent weights packed as a right factor, (hidden) by (gates * hidden).
            starts: the position at which each step begins, and the end, (steps + 1).
            backwards: 1 to run from the last step to the first.
            column: where the states stand in the rows of ``outputs``.
            sums: room for the part of the inputs, (positions or fewer, gates * hidden).
            state: of each sequence before, and then after, (sequences, hidden).
            outputs: becomes the state at each position, (positions, at least column + hidden).
            memory: what else ``advance`` needs.
        """
        hidden = state.shape[1]
        steps = starts.size - 1
        first = end = before = before_rows = 0
        for step in range(steps):
            t = steps - 1 - step if backwards else step
            position, rows = starts[t], starts[t + 1] - starts[t]
            if not first <= position < end:
                first, end = block_of_steps(starts, t, backwards, sums.shape[0])
                project(inputs, first, end, sums)
            known = min(rows, before_rows)
            odd = step % 2 == 1
            sum_row = position - first
            for begun in (True, False):  # the states before stand in the outputs, or are those that were given
                left = outputs if begun else state
                left_row, left_column = (before, column) if begun else (known, 0)
                row, count = (0, known) if begun else (known, rows - known)
                advance_rows(
                    left, left_row, left_column, weights, sums, sum_row + row, outputs, position + row, column, row,
                    count, odd, memory,
                )  # fmt: skip
            for row in range(rows, before_rows):
                copy(outputs[before + row, column : column + hidden], state[row])
            before, before_rows = position, rows
        for row in range(before_rows):
            copy(outputs[before + row, column : column + hidden], state[row])

    return run


def _advance_rows(gates, panels, wide_panels, advance):
    most = tile_rows(gates, panels)
    narrow, usual, advance_row = advance(1, most), advance(panels, most), _advance_row(wide_panels, advance)

    @inlined
    def advance_rows(
        left, left_row, left_column, weights, sums, sum_row, outputs, position, column, row, rows, odd, memory
    ):
        """Compute the states of ``rows`` rows from those before, in ``left``."""
        count = weights.shape[0]
        if rows == 1:
            done = 0
            while done < count:
                panel, width = row_chunk(done, count, wide_panels, odd)
                advance_row(
                    width, left, left_row, left_column, weights, panel, (panel, 0), sums, sum_row, 1,
                    outputs, position, column, row, memory,
                )  # fmt: skip
                done += width
            return
        whole = count // panels
        chunks = whole + count - whole * panels
        for index in range(chunks):
            chunk = chunks - 1 - index if odd else index
            panel = first_panel(chunk, whole, panels)
            following = first_panel(min(max(chunk + (-1 if odd else 1), 0), chunks - 1), whole, panels)
            done, tiles, part = 0, -(-rows // most), 0
            while tiles > 0:
                ahead = vector_ahead(following, min(count, following + panels), gates, part)
                height = (rows - done) // tiles
                if chunk < whole:
                    usual(
                        left, left_row + done, left_column, weights, panel, ahead, sums, sum_row + done, height,
                        outputs, position + done, column, row + done, memory,
                    )  # fmt: skip
                else:
                    narrow(
                        left, left_row + done, left_column, weights, panel, ahead, sums, sum_row + done, height,
                        outputs, position + done, column, row + done, memory,
                    )  # fmt: skip
                done, tiles, part = done + height, tiles - 1, part + 1

    return advance_rows


def _advance_row(widest, advance):
    """Return a function that computes the states of one row in ``width`` panels: a power of two, at most ``widest``."""
    wide = advance(widest, 1)
    narrower = _advance_row(widest // 2, advance) if widest > 1 else _nothing

    @inlined
    def advance_row(width, *arguments):
        if width == widest:
            wide(*arguments)
        else:
            narrower(width, *arguments)

    return advance_row


@inlined
def _nothing(_width, *_arguments):
    """Do nothing: there is no tile of less than one panel."""


def _project(gates, panels):
    multiply_rows = multiplication(gates, panels)

    @inlined
    def project(inputs, first, end, sums):
        """Set the sums of positions ``first`` to ``end``.

        ``inputs`` is vectors (positions, width), ids (positions,), the packed weights of vectors, the table of ids
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
