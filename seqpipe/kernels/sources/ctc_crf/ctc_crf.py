"""CTC with a conditional random field over the last symbols: the loss and its gradient.

The sums over all paths are those of the variant, being scaled in every frame; the trellis of alignments is float64.
"""

from __future__ import annotations

import math

import numpy as np

from seqpipe.kernels.annotations import Array1, Array2, Float, Out
from seqpipe.kernels.compiler import inlined, kernel
from seqpipe.kernels.sources.ctc_crf.ctc_crf_alignments import align, band, moves_of_nodes
from seqpipe.kernels.sources.ctc_crf.ctc_crf_moves import SCALE, STAY, advance, prepare, retreat
from seqpipe.kernels.sources.recurrent.recurrence import lanes_of
from seqpipe.kernels.sources.vector.exponentials import log
from seqpipe.kernels.sources.vector.vectors import load, store

STAY_FACTOR = math.exp(STAY)


@inlined
def _sum_over_all(moves, frames, symbols, alpha, rows):
    """Turn the factors of the moves of all frames into probabilities; return the log of the sum over all paths."""
    states, columns, lanes = alpha.shape[1], moves.shape[1], lanes_of(moves)
    one = alpha.dtype.type(1)
    stay = alpha.dtype.type(STAY_FACTOR)
    alpha[0, :] = one / states
    rows[:] = one / states
    log_total = log(np.float64(states))
    for frame in range(frames):
        log_total += log(np.float64(advance(moves, frame, stay, symbols, alpha, rows[:1])))
    for frame in range(frames - 1, -1, -1):
        factor = one / retreat(moves, frame, stay, symbols, alpha, rows[1:2], rows[2:3], rows[3:4])
        for column in range(0, columns, lanes):
            rest = columns - column
            store(moves, frame, column, load(moves, frame, column, rest) * factor, rest)
    return log_total


@inlined
def _apply_slopes(scores, moves, frame, weight, gradient, row):
    """Write a frame's gradient of the logits, from the scores and their gradient, which is in ``moves``."""
    columns, lanes = moves.shape[1], lanes_of(moves)
    factor = moves.dtype.type(weight / SCALE)
    square = moves.dtype.type(weight * SCALE)
    for column in range(0, columns, lanes):
        rest = columns - column
        score = load(scores, frame, column, rest)
        store(gradient, row, column, load(moves, frame, column, rest) * (square - score * score * factor), rest)


@kernel
def ctc_crf_loss(
    logits: Array2[Float],
    offsets: Array1[np.int64],
    targets: Array1[np.int32],
    target_offsets: Array1[np.int64],
    weights: Array1[np.float64],
    symbols: int,
    scores: Out[Array2[Float]],
    moves: Out[Array2[Float]],
    alpha: Out[Array2[Float]],
    rows: Out[Array2[Float]],
    moves_of: Out[Array1[np.int64]],
    emitted: Out[Array2[np.float64]],
    aligned: Out[Array2[np.float64]],
    ahead: Out[Array2[np.float64]],
    losses: Out[Array1[np.float64]],
    gradient: Out[Array2[Float]],
) -> None:
    """Write each record's weighted loss and the gradient of their sum with respect to the logits.

    Scratch, for the most frames T of a record, S states, M moves and the most nodes K of a target: ``scores`` and
    ``moves`` (T, M), ``alpha`` (T + 1, S), ``rows`` (4, S), ``moves_of`` (K,), ``emitted`` and ``aligned`` (T + 1, K),
    ``ahead`` (1, K). A record of weight 0 is skipped; a target of more symbols than frames has an infinite loss.
    """
    states = alpha.shape[1]
    for record in range(len(offsets) - 1):
        begin, frames = offsets[record], offsets[record + 1] - offsets[record]
        target = targets[target_offsets[record] : target_offsets[record + 1]]
        weight, length = weights[record], len(target)
        if weight == 0.0 or length > frames or frames == 0:
            losses[record] = math.inf if weight != 0.0 and length > frames else 0.0
            gradient[begin : begin + frames] = 0.0
            continue
        nodes, last = moves_of_nodes(target, symbols, states, moves_of)
        for frame in range(frames):
            prepare(logits, begin + frame, scores, moves, frame)
            first, end = band(frame, frames, length, states, nodes)
            for node in range(first, min(end, last)):
                emitted[frame, node] = scores[frame, moves_of[node]]
        given = align(emitted, frames, symbols, states, length, nodes, last, aligned, ahead)
        losses[record] = weight * (_sum_over_all(moves, frames, symbols, alpha, rows) - given)
        for frame in range(frames):
            first, end = band(frame, frames, length, states, nodes)
            for node in range(first, min(end, last)):
                moves[frame, moves_of[node]] -= emitted[frame, node]
            _apply_slopes(scores, moves, frame, weight, gradient, begin + frame)
