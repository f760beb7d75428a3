"""Linear-chain conditional random field: Viterbi decoding, see `seqpipe.kernels.sources.crf.crf`."""

from __future__ import annotations

import numpy as np

from seqpipe.kernels.annotations import Array1, Array2, Float, Out
from seqpipe.kernels.compiler import inlined, kernel


@inlined
def _best_before(best, transitions, label):
    """Return the label from which ``label`` is reached with the highest score; ties go to the lower one."""
    winner = 0
    for before in range(1, len(best)):
        if best[before] + transitions[before, label] > best[winner] + transitions[winner, label]:
            winner = before
    return winner


@inlined
def _trace_back(origin, last, labels):
    """Write the labels of the best path that ends in ``last``."""
    for position in range(len(labels) - 1, -1, -1):
        labels[position] = last
        last = origin[position, last]


@kernel
def crf_viterbi(
    emissions: Array2[Float],
    offsets: Array1[np.int64],
    transitions: Array2[Float],
    start: Array1[Float],
    stop: Array1[Float],
    best: Out[Array2[np.float64]],
    origin: Out[Array2[np.int32]],
    scores: Out[Array1[np.float64]],
    labels: Out[Array1[np.int32]],
) -> None:
    """Write each record's best labelling and its score, 0 for an empty record; ties go to the lower label.

    ``best`` is scratch of two rows, ``origin`` of as many rows as the longest record has positions.
    """
    width = len(start)
    for record in range(len(offsets) - 1):
        begin, end = offsets[record], offsets[record + 1]
        scores[record] = 0.0
        if begin == end:
            continue
        for label in range(width):
            best[0, label] = start[label] + emissions[begin, label]
            origin[0, label] = label
        for position in range(begin + 1, end):
            for label in range(width):
                before = _best_before(best[0], transitions, label)
                origin[position - begin, label] = before
                best[1, label] = best[0, before] + transitions[before, label] + emissions[position, label]
            for label in range(width):
                best[0, label] = best[1, label]
        last = 0
        for label in range(width):
            best[0, label] += stop[label]
            if best[0, label] > best[0, last]:
                last = label
        scores[record] = best[0, last]
        _trace_back(origin, last, labels[begin:end])
