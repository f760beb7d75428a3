"""How often a conditional random field expects each label and pair of labels, in log space: for scores of any size."""

from __future__ import annotations

import math

from seqpipe.kernels.compiler import inlined
from seqpipe.kernels.sources.vector.exponentials import exp, log


@inlined
def _log_sum(first, second):
    """Return log sum_j exp(first[j] + second[j])."""
    top, total = -math.inf, 0.0
    for label in range(len(second)):
        top = max(top, first[label] + second[label])
    if top == -math.inf:
        return top
    for label in range(len(second)):
        total += exp(first[label] + second[label] - top)
    return top + log(total)


@inlined
def _log_product(row, matrix, labels, tops, out):
    """Write log sum_i exp(row[i] + matrix[i, j]) for each label j; ``tops`` is scratch."""
    for label in range(labels):
        tops[label], out[label] = -1e300, 0.0
    for before in range(labels):
        for label in range(labels):
            tops[label] = max(tops[label], row[before] + matrix[before, label])
    for before in range(labels):
        for label in range(labels):
            out[label] += exp(row[before] + matrix[before, label] - tops[label])
    for label in range(labels):
        out[label] = tops[label] + log(out[label])


@inlined
def _forward(emissions, known, tied, transitions, start, stop, alpha, tops):
    """Fill ``alpha[t, j]``, the log sum over labellings of positions 0..t that end in j; return that of the whole."""
    positions, labels = emissions.shape
    for position in range(positions):
        row = alpha[position]
        if position == 0:
            for label in range(labels):
                row[label] = start[label]
        else:
            _log_product(alpha[position - 1], transitions, labels, tops, row)
        for label in range(labels):
            row[label] += emissions[position, label]
        if tied and known[position] >= 0:
            for label in range(labels):
                if label != known[position]:
                    row[label] = -math.inf
    return _log_sum(alpha[positions - 1], stop)


@inlined
def expect_in_log_space(
    emissions, known, tied, transitions, turned, start, stop, factor, alpha, rows, gradient, pairs, last
):
    """Add ``factor`` times the expected counts to the gradients; return the log of the sum over all labellings.

    Args:
        known: the labels, -1 where not known; with ``tied`` only labellings count that agree with them.
        turned: the transposed transitions.
        alpha, rows: scratch, (positions, labels) and (3, labels).
        gradient: counts of each label at each position; ``pairs`` of each after each, ``last`` of each at the end.
    """
    positions, labels = emissions.shape
    ahead, after, tops = rows[0], rows[1], rows[2]
    log_total = _forward(emissions, known, tied, transitions, start, stop, alpha, tops)
    if not log_total > -math.inf:
        return log_total
    for position in range(positions - 1, -1, -1):
        reached = alpha[position]
        if position == positions - 1:
            for label in range(labels):
                after[label] = stop[label]
        else:
            _log_product(ahead, turned, labels, tops, after)
            for label in range(labels):
                for following in range(labels):
                    score = reached[label] + transitions[label, following] + ahead[following]
                    pairs[label, following] += factor * exp(score - log_total)
        for label in range(labels):
            probability = exp(reached[label] + after[label] - log_total)
            gradient[position, label] += factor * probability
            if position == positions - 1:
                last[label] += factor * probability
            ahead[label] = after[label] + emissions[position, label]
        if tied and known[position] >= 0:
            for label in range(labels):
                if label != known[position]:
                    ahead[label] = -math.inf
    return log_total
