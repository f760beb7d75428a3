"""How often a conditional random field expects each label and pair of labels, with sums of scaled products.

L. Rabiner: A Tutorial on Hidden Markov Models, 1989, section V.A. Scores become factors relative to the highest of
their kind, and each step is a product of a row of the trellis with the matrix of transitions. Nothing is lost: where a
factor is under ``e**LEAST`` or a sum under `SMALLEST`, and not zero, the caller turns to log space.

Columns past the labels are padding, zeros, so that rows are whole vectors.
"""

from __future__ import annotations

import math

from seqpipe.kernels.compiler import inlined
from seqpipe.kernels.sources.softmax.softmax import highest
from seqpipe.kernels.sources.vector.arithmetic import exponent, multiply_add, where_less
from seqpipe.kernels.sources.vector.exponentials import exp, log
from seqpipe.kernels.sources.vector.lanes import LANES, lane_greatest, lane_least, lane_sum
from seqpipe.kernels.sources.vector.scaling import LOG_2, SMALL, scale
from seqpipe.kernels.sources.vector.vectors import load, store

LEAST = -200.0  # of scores relative to the highest
SMALLEST = 1e-100  # its product with two factors of e**LEAST is a normal number
BLOCK = 2 * LANES  # columns of a product at a time


@inlined
def _factors(scores, values, row, width):
    """Write exp(scores - their highest) to a row; return the highest, NaN if a factor is too small or no number."""
    for label in range(len(scores)):
        values[row, label] = scores[label]
    for label in range(len(scores), width):
        values[row, label] = -math.inf
    most = load(values, row, 0, LANES)
    for column in range(LANES, width, LANES):
        here = load(values, row, column, LANES)
        most = where_less(most, here, here, most)
    top = lane_greatest(most)
    least = where_less(most, most, most, 0.0)
    for column in range(0, width, LANES):
        below = load(values, row, column, LANES) - top
        least = where_less(below, least, where_less(-math.inf, below, below, least), least)
        store(values, row, column, exp(below), LANES)
    return top if -math.inf < top < math.inf and lane_least(least) >= LEAST else math.nan


@inlined
def prepare(transitions, start, stop, forth, back, turned, ends):
    """Write the factors of transitions, of start and of stop, and what is transposed; return the highest scores.

    They are those of the start and of the stop together, and of transitions; NaN if factors are too small.
    """
    labels = len(start)
    top = transitions[0, 0]
    for label in range(labels):
        top = max(top, highest(transitions[label]))
    forth[:], back[:] = 0.0, 0.0
    least = 0.0
    for before in range(labels):
        for label in range(labels):
            score = transitions[before, label] - top
            if score > -math.inf:
                least = min(least, score)
            forth[before, label] = score
            turned[label, before] = transitions[before, label]
        for label in range(labels):
            forth[before, label] = exp(forth[before, label])
        for label in range(labels):
            back[label, before] = forth[before, label]
    if not (-math.inf < top < math.inf and least >= LEAST):
        return math.nan, math.nan
    return _factors(start, ends, 0, len(forth)) + _factors(stop, ends, 1, len(forth)), float(top)


@inlined
def _multiply(values, row, matrix, labels, width, out, place):
    """Write ``values[row] @ matrix`` to ``out[place]``."""
    for column in range(0, width, BLOCK):
        zeros = load(matrix, 0, column, LANES) * 0.0
        a, b, c, d, e, f, g, h = zeros, zeros, zeros, zeros, zeros, zeros, zeros, zeros
        for i in range(0, labels, 4):
            a = multiply_add(values[row, i], load(matrix, i, column, LANES), a)
            b = multiply_add(values[row, i + 1], load(matrix, i + 1, column, LANES), b)
            c = multiply_add(values[row, i + 2], load(matrix, i + 2, column, LANES), c)
            d = multiply_add(values[row, i + 3], load(matrix, i + 3, column, LANES), d)
            e = multiply_add(values[row, i], load(matrix, i, column + LANES, LANES), e)
            f = multiply_add(values[row, i + 1], load(matrix, i + 1, column + LANES, LANES), f)
            g = multiply_add(values[row, i + 2], load(matrix, i + 2, column + LANES, LANES), g)
            h = multiply_add(values[row, i + 3], load(matrix, i + 3, column + LANES, LANES), h)
        store(out, place, column, (a + b) + (c + d), LANES)
        store(out, place, column + LANES, (e + f) + (g + h), LANES)


@inlined
def _multiply_each(values, row, factors, place, width):
    """Multiply a row by another, value by value; return the sum, and the least but zeros."""
    total = load(values, row, 0, LANES) * 0.0
    least = total + 1.0
    for column in range(0, width, LANES):
        product = load(values, row, column, LANES) * load(factors, place, column, LANES)
        store(values, row, column, product, LANES)
        total = total + product
        positive = where_less(0.0, product, product, 1.0)
        least = where_less(positive, least, positive, least)
    return lane_sum(total), lane_least(least)


@inlined
def _emitted(scores, label, values, row, width):
    """Write the factors of one position's scores, of a single label if it is known; return the highest score."""
    if label < 0:
        return _factors(scores, values, row, width)
    for column in range(width):
        values[row, column] = 0.0
    values[row, label] = 1.0
    return float(scores[label])


@inlined
def _forward(emissions, known, tied, forth, ends, width, emitted, alpha):
    """Fill ``alpha[t]``, sums over labellings up to t, and the factors of emissions; return the log of the total.

    That leaves out the highest scores of transitions, start and stop. It is NaN if something may have been lost.
    """
    labels, power, shifts = (emissions.shape[1] + 3) // 4 * 4, 0.0, 0.0
    for position in range(len(emissions)):
        shifts += _emitted(emissions[position], known[position] if tied else -1, emitted, position, width)
        if position == 0:
            for column in range(0, width, LANES):
                store(alpha, 0, column, load(ends, 0, column, LANES), LANES)
        else:
            _multiply(alpha, position - 1, forth, labels, width, alpha, position)
        whole, least = _multiply_each(alpha, position, emitted, position, width)
        if whole == 0.0:
            return -math.inf
        if not least >= SMALLEST:
            return math.nan
        if whole < SMALL or whole > 1.0 / SMALL:
            scale(alpha, position, 0, width, -exponent(whole))
            power += exponent(whole)
    last, total = len(emissions) - 1, 0.0
    for label in range(emissions.shape[1]):
        total += alpha[last, label] * ends[1, label]
    return log(total) + power * LOG_2 + shifts


@inlined
def _backward(labels, positions, back, ends, width, emitted, alpha, following, beta):
    """Turn ``emitted[t]`` into the probability of each label at t; tell whether nothing was lost.

    Then ``alpha[t, i] * forth[i, j] * following[t + 1, j]`` is the probability of label i at t and j after it.
    """
    for position in range(positions - 1, -1, -1):
        if position == positions - 1:
            for column in range(0, width, LANES):
                store(beta, 0, column, load(ends, 1, column, LANES), LANES)
        else:
            _multiply(following, position + 1, back, (labels + 3) // 4 * 4, width, beta, 0)
        total = load(beta, 0, 0, LANES) * 0.0
        for column in range(0, width, LANES):
            total = multiply_add(load(alpha, position, column, LANES), load(beta, 0, column, LANES), total)
        share = 1.0 / lane_sum(total)
        coming = load(beta, 0, 0, LANES) * 0.0
        least = coming + 1.0
        for column in range(0, width, LANES):
            ahead, here = load(beta, 0, column, LANES), load(alpha, position, column, LANES) * share
            product = ahead * load(emitted, position, column, LANES)
            store(following, position, column, product, LANES)
            store(emitted, position, column, ahead * here, LANES)
            store(alpha, position, column, here, LANES)
            coming = coming + product
            positive = where_less(0.0, product, product, 1.0)
            least = where_less(positive, least, positive, least)
        whole = lane_sum(coming)
        if not lane_least(least) >= SMALLEST:
            return False
        if whole < SMALL or whole > 1.0 / SMALL:
            scale(following, position, 0, width, -exponent(whole))
    return True


@inlined
def _add_pairs(labels, positions, forth, width, factor, alpha, following, pairs):
    """Add ``factor`` times the expected number of each label after each other."""
    for i in range(0, labels, 4):
        for column in range(0, width, BLOCK):
            zeros = load(forth, 0, column, LANES) * 0.0
            a, b, c, d, e, f, g, h = zeros, zeros, zeros, zeros, zeros, zeros, zeros, zeros
            for position in range(positions - 1):
                left = load(following, position + 1, column, LANES)
                right = load(following, position + 1, column + LANES, LANES)
                a = multiply_add(alpha[position, i], left, a)
                b = multiply_add(alpha[position, i], right, b)
                c = multiply_add(alpha[position, i + 1], left, c)
                d = multiply_add(alpha[position, i + 1], right, d)
                e = multiply_add(alpha[position, i + 2], left, e)
                f = multiply_add(alpha[position, i + 2], right, f)
                g = multiply_add(alpha[position, i + 3], left, g)
                h = multiply_add(alpha[position, i + 3], right, h)
            _add_counts(pairs, i, column, factor, forth, a, b)
            _add_counts(pairs, i + 1, column, factor, forth, c, d)
            _add_counts(pairs, i + 2, column, factor, forth, e, f)
            _add_counts(pairs, i + 3, column, factor, forth, g, h)


@inlined
def _add_counts(pairs, row, column, factor, forth, left, right):
    left = load(forth, row, column, LANES) * left
    right = load(forth, row, column + LANES, LANES) * right
    store(pairs, row, column, multiply_add(factor, left, load(pairs, row, column, LANES)), LANES)
    store(pairs, row, column + LANES, multiply_add(factor, right, load(pairs, row, column + LANES, LANES)), LANES)


@inlined
def expect_scaled(
    emissions, known, tied, tops, forth, back, ends, factor, emitted, alpha, following, beta, gradient, pairs, last
):
    """As `expect_in_log_space`; returns NaN, and adds nothing, if something may be lost."""
    positions, labels = emissions.shape
    width = (labels + BLOCK - 1) // BLOCK * BLOCK
    log_total = _forward(emissions, known, tied, forth, ends, width, emitted, alpha)
    log_total += tops[0] + (positions - 1) * tops[1]
    if not log_total > -math.inf:
        return log_total
    if not _backward(labels, positions, back, ends, width, emitted, alpha, following, beta):
        return math.nan
    for position in range(positions):
        for label in range(labels):
            gradient[position, label] += factor * emitted[position, label]
    for label in range(labels):
        last[label] += factor * emitted[positions - 1, label]
    _add_pairs(labels, positions, forth, width, factor, alpha, following, pairs)
    return log_total
