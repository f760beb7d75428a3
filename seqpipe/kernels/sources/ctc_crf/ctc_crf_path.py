"""Decoding of a CTC-CRF: the path whose moves and stays are the most probable ones, frame by frame.

As ont-bonito's: a forward-backward pass gives how probable each move and each stay is, and the best path is that with
the greatest product of these. It is searched from the last frame to the first, together with the backward pass.
"""

from __future__ import annotations

import math

import numpy as np

from seqpipe.kernels.annotations import Array1, Array2, Float, Out
from seqpipe.kernels.compiler import inlined, kernel
from seqpipe.kernels.sources.ctc_crf.ctc_crf_moves import STAY, advance, prepare, retreat, scaled, spread
from seqpipe.kernels.sources.recurrent.recurrence import lanes_of
from seqpipe.kernels.sources.vector.arithmetic import where_less
from seqpipe.kernels.sources.vector.lanes import lane_greatest, lane_sum
from seqpipe.kernels.sources.vector.vectors import load, store

LEAST = 1e-8  # what every move and stay is worth at least, as in ont-bonito


@inlined
def _emissions(moves, frame, symbols, states, total, emissions):
    """Write how probable it is that each symbol is written in a frame."""
    lanes = lanes_of(moves)
    for symbol in range(symbols):
        found = total * 0
        for column in range(0, states, lanes):
            found += lane_sum(load(moves, frame, symbol * states + column, states - column))
        emissions[frame, symbol] = found / total


@inlined
def _best(moves, frame, symbols, least, stays, best, apart, chosen, choices):
    """Step the best path back by a frame: write its product from each state on, and what each does first.

    A choice is 0 for staying, or a symbol and 1.
    """
    states = best.shape[1]
    block, lanes, one = states // symbols, lanes_of(best), best.dtype.type(1)
    spread(best[0], symbols, apart)
    most = one * 0
    for oldest in range(symbols):
        for i in range(0, block, lanes):
            at, rest = oldest * block + i, block - i
            winner = (load(stays, 0, at, rest) + least) * load(best, 0, at, rest)
            choice, number = where_less(winner, winner, one, one * 0), one * 0
            for symbol in range(symbols):
                number += one
                product = (load(moves, frame, symbol * states + at, rest) + least) * load(
                    apart, 0, symbol * block + i, rest
                )
                choice = where_less(winner, product, number, choice)
                winner = where_less(winner, product, product, winner)
            store(best, 0, at, winner, rest)
            store(chosen, 0, at, choice, rest)
            most = max(most, lane_greatest(winner))
    for state in range(states):
        choices[frame, state] = np.uint8(chosen[0, state])
    scaled(best, 0, one / most)


@inlined
def _probability(emissions, symbol, begin, end):
    """Return how probable it is that a symbol is written in some frames, and no other one, nor a second one.

    It is the symbol's share of all that is expected to be written there, less the more that is away from one symbol.
    """
    written, every = 0.0, 0.0
    for frame in range(begin, end):
        written += emissions[frame, symbol]
        for other in range(emissions.shape[1]):
            every += emissions[frame, other]
    return written / every * max(1.0 - abs(every - 1.0), 0.0) if every > 0.0 else 0.0


@inlined
def _trace(choices, frames, symbols, state, labels, places):
    """Write the symbols of the best path from a state on, and the frame of each; return how many there are."""
    states, count = choices.shape[1], 0
    for frame in range(frames):
        choice = np.int64(choices[frame, state])
        if choice > 0:
            labels[count], places[count] = choice - 1, frame
            state = (state * symbols + choice - 1) % states
            count += 1
    return count


@kernel
def ctc_crf_path(
    logits: Array2[Float],
    offsets: Array1[np.int64],
    symbols: int,
    moves: Out[Array2[Float]],
    alpha: Out[Array2[Float]],
    rows: Out[Array2[Float]],
    emissions: Out[Array2[Float]],
    choices: Out[Array2[np.uint8]],
    label_offsets: Out[Array1[np.int64]],
    labels: Out[Array1[np.int32]],
    frames: Out[Array1[np.int64]],
    probabilities: Out[Array1[np.float64]],
) -> None:
    """Write the symbols of each record's best path, the frame in which each is written, and how probable each is.

    That is about the probability that it alone is written between the middles of the ways to the symbols before and
    after it: two of one symbol there speak against it as much as none.
    Scratch, for the most frames T of a record, S states, M moves: ``moves`` (T, M), ``alpha`` (T + 1, S), ``rows``
    (6, S), ``emissions`` (T, symbols), ``choices`` (T, S).
    """
    states, total = alpha.shape[1], 0
    one = alpha.dtype.type(1)
    stay = alpha.dtype.type(math.exp(STAY))
    for record in range(len(offsets) - 1):
        first, length = offsets[record], offsets[record + 1] - offsets[record]
        alpha[0, :] = one / states
        rows[:] = one / states
        for frame in range(length):
            prepare(logits, first + frame, moves, moves, frame)
            advance(moves, frame, stay, symbols, alpha, rows[:1])
        for frame in range(length - 1, -1, -1):
            whole = retreat(moves, frame, stay, symbols, alpha, rows[1:2], rows[2:3], rows[3:4])
            _emissions(moves, frame, symbols, states, whole, emissions)
            least = alpha.dtype.type(LEAST) * whole
            _best(moves, frame, symbols, least, rows[3:4], rows[4:5], rows[2:3], rows[5:6], choices)
        state = 0
        for other in range(1, states):
            if rows[4, other] > rows[4, state]:
                state = other
        count = _trace(choices, length, symbols, state, labels[total:], frames[total:])
        for index in range(total, total + count):
            begin = (frames[index - 1] + frames[index]) // 2 + 1 if index > total else 0
            end = (frames[index] + frames[index + 1]) // 2 + 1 if index + 1 < total + count else length
            probabilities[index] = _probability(emissions, labels[index], begin, end)
        total += count
        label_offsets[record + 1] = total
