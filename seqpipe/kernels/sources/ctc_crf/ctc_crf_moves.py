"""All paths through the states of a CTC-CRF, with sums of scaled products.

A state is the last k symbols, written as a number of k digits in base N, the oldest first. In each frame a path stays,
or makes the move number ``symbol * states + state``, which writes the symbol and leads from the state to the state
``(state * N + symbol) % states``. Scores lie between -`SCALE` and `SCALE`, that of staying is `STAY`, as in ont-bonito
(Oxford Nanopore Technologies): so in k frames every state reaches every other by factors that even float32 holds, and
sums that are scaled frame by frame lose nothing.
"""

from __future__ import annotations

from seqpipe.kernels.compiler import inlined
from seqpipe.kernels.sources.recurrent.recurrence import lanes_of
from seqpipe.kernels.sources.vector.activations import tanh
from seqpipe.kernels.sources.vector.arithmetic import multiply_add
from seqpipe.kernels.sources.vector.exponentials import exp
from seqpipe.kernels.sources.vector.lanes import lane_sum
from seqpipe.kernels.sources.vector.vectors import load, store

SCALE = 5.0
STAY = 2.0


@inlined
def scaled(values, row, factor):
    """Multiply a row of whatever length by a number."""
    lanes, columns = lanes_of(values), values.shape[1]
    for column in range(0, columns, lanes):
        store(values, row, column, load(values, row, column, columns - column) * factor, columns - column)


@inlined
def prepare(logits, frame, scores, moves, row):
    """Write the scores of the moves of one frame, and their exponentials; the two rows may be one."""
    lanes, columns = lanes_of(logits), logits.shape[1]
    scale = logits.dtype.type(SCALE)
    for column in range(0, columns, lanes):
        rest = columns - column
        score = tanh(load(logits, frame, column, rest)) * scale
        store(scores, row, column, score, rest)
        store(moves, row, column, exp(score), rest)


@inlined
def spread(row, symbols, apart):
    """Write a value for each state so that those of one last symbol stand together: those of symbol 0 first."""
    block = len(row) // symbols
    for i in range(block):
        for symbol in range(symbols):
            apart[0, symbol * block + i] = row[i * symbols + symbol]


@inlined
def advance(moves, frame, stay, symbols, alpha, part):
    """Write ``alpha[frame + 1]`` from ``alpha[frame]``, to a sum of 1; return what the sum was.

    ``moves[frame]`` are the factors of the moves, ``part`` is scratch, a row as long as there are states.
    """
    states = alpha.shape[1]
    block, lanes, whole = states // symbols, lanes_of(alpha), stay * 0
    for symbol in range(symbols):
        for i in range(0, block, lanes):
            rest = block - i
            total = load(moves, frame, symbol * states + i, rest) * load(alpha, frame, i, rest)
            for oldest in range(1, symbols):
                at = oldest * block + i
                factor = load(moves, frame, symbol * states + at, rest)
                total = multiply_add(factor, load(alpha, frame, at, rest), total)
            whole += lane_sum(total)
            store(part, 0, i, total, rest)
        for i in range(block):
            alpha[frame + 1, i * symbols + symbol] = part[0, i]
    for column in range(0, states, lanes):
        rest = states - column
        before = load(alpha, frame, column, rest)
        store(alpha, frame + 1, column, multiply_add(before, stay, load(alpha, frame + 1, column, rest)), rest)
    whole += stay  # the sum before was 1
    scaled(alpha, frame + 1, 1 / whole)
    return whole


@inlined
def retreat(moves, frame, stay, symbols, alpha, ahead, apart, stays):
    """Turn the factors of the moves of a frame into how probable each is, up to a factor of the frame's own.

    ``ahead`` is a row with what all later frames come to from each state, and becomes that of this frame and later
    ones, to a sum of 1. ``stays`` becomes how probable staying is in each state. Returns the sum of all probabilities.
    """
    states = alpha.shape[1]
    block, lanes = states // symbols, lanes_of(alpha)
    spread(ahead[0], symbols, apart)
    together, coming = stay * 0, stay * 0
    for oldest in range(symbols):
        for i in range(0, block, lanes):
            at, rest = oldest * block + i, block - i
            before = load(alpha, frame, at, rest)
            total = load(ahead, 0, at, rest) * stay
            store(stays, 0, at, before * total, rest)
            for symbol in range(symbols):
                place = symbol * states + at
                through = load(moves, frame, place, rest) * load(apart, 0, symbol * block + i, rest)
                store(moves, frame, place, before * through, rest)
                total = total + through
            store(ahead, 0, at, total, rest)
            together += lane_sum(before * total)
            coming += lane_sum(total)
    scaled(ahead, 0, 1 / coming)
    return together
