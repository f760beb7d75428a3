"""The forward-backward pass of CTC on probabilities, scaled by powers of two: a few multiplications and sums a state.

L. Rabiner: A Tutorial on Hidden Markov Models, 1989, section V.A. Two things keep the trellis within the range of
float64:

- Entering a label is multiplied by ``bonus``, a power of two, and the total divided by its U-th power, as each path
  enters U labels: so a network that says blank everywhere does not make late labels next to impossible in early frames.
- No state is worth less than ``FLOOR``. Where that makes a difference, frames disagree about the total, which is
  compared in every one of them, and the caller turns to log space.
"""

from __future__ import annotations

import math

from seqpipe.kernels.compiler import inlined
from seqpipe.kernels.sources.ctc.ctc_states import PAD, middle
from seqpipe.kernels.sources.vector.arithmetic import (
    ROUNDING_FLOAT64,
    clamp,
    exponent,
    multiply_add,
    where_less,
)
from seqpipe.kernels.sources.vector.exponentials import exp, log
from seqpipe.kernels.sources.vector.lanes import LANES, lane_sum
from seqpipe.kernels.sources.vector.scaling import LOG_2, SMALL, power_of_two, scale
from seqpipe.kernels.sources.vector.vectors import load, store

FLOOR = 1e-140
LEAST_EMISSION = -230.0  # of log probabilities: times the floor that is still a normal number
SMALLEST = 1e-250
TOLERANCE = 1e-9  # of the total: far above rounding
MOST_BONUS = 200.0  # of powers of two


@inlined
def _at_least(values, floor):
    return where_less(values, floor, floor, values)


@inlined
def _exponentials(width, emissions, blanks, sums):
    """Turn log probabilities into probabilities, and write the sums of the labels' over the frames."""
    for column in range(width):
        sums[0, column] = 0.0
    for frame in range(len(blanks)):
        for column in range(0, width, LANES):
            values = exp(load(emissions, frame, column, LANES))
            store(emissions, frame, column, values, LANES)
            store(sums, 0, column, load(sums, 0, column, LANES) + values, LANES)
    for frame in range(len(blanks)):
        blanks[frame] = exp(blanks[frame])


@inlined
def _bonus(labels, blanks, sums):
    """Return the power of two by which U entries into labels in T frames become as likely as to stay in blanks."""
    of_blanks, of_labels = 0.0, 0.0
    for frame in range(len(blanks)):
        of_blanks += blanks[frame]
    for label in range(labels):
        sums[0, label] = log(sums[0, label])
    for label in range(labels):
        of_labels += sums[0, label]
    power = (log(labels * of_blanks / len(blanks)) - of_labels / labels) / LOG_2
    return clamp(power, MOST_BONUS) + ROUNDING_FLOAT64 - ROUNDING_FLOAT64


@inlined
def _forward(labels, width, emissions, blanks, skips, bonus, alpha, powers):
    """Fill ``alpha[t]``, the probability of frames 0 to t ending in each state times 2**-powers[t]; return the total.

    It is NaN where next to nothing is left.
    """
    blank, power = middle(alpha), 0.0
    zeros = load(emissions, 0, 0, LANES) * 0.0
    for column in range(0, width, LANES):
        store(alpha, 0, PAD + column, zeros, LANES)
        store(alpha, 0, blank + column, zeros, LANES)
    alpha[0, PAD], alpha[0, blank] = bonus * emissions[0, 0], blanks[0]
    for frame in range(len(blanks)):
        alpha[frame, PAD - 1] = 0.0
        total = zeros
        for column in range(0, width, LANES):
            if frame > 0:
                stay = load(alpha, frame - 1, PAD + column, LANES)
                before = load(alpha, frame - 1, PAD - 1 + column, LANES)
                between = load(alpha, frame - 1, blank + column, LANES)
                reached = multiply_add(load(skips, 0, column, LANES), before, stay)
                reached = _at_least(multiply_add(bonus, between, reached), FLOOR)
                store(alpha, frame, PAD + column, reached * load(emissions, frame, column, LANES), LANES)
                store(alpha, frame, blank + column, _at_least(between + before, FLOOR) * blanks[frame], LANES)
            total = total + load(alpha, frame, PAD + column, LANES) + load(alpha, frame, blank + column, LANES)
        whole = lane_sum(total)
        if not whole >= SMALLEST:
            return math.nan
        if whole < SMALL or whole > 1.0 / SMALL:
            scale(alpha, frame, PAD, PAD + width, -exponent(whole))
            scale(alpha, frame, blank, blank + width, -exponent(whole))
            power += exponent(whole)
        powers[frame] = power
    last = alpha[len(blanks) - 1]
    return last[PAD + labels - 1] + last[blank + labels]


@inlined
def _backward(labels, width, emissions, blanks, skips, bonus, total, alpha, powers, ahead):
    """Turn ``alpha`` into the probability of every state in every frame; tell whether all frames agree on the total.

    In each frame they are divided by a factor of its own, which replaces the frame's power.
    """
    blank, power, last = middle(alpha), 0.0, powers[len(blanks) - 1]
    for row in range(2):
        for column in range(ahead.shape[1]):
            ahead[row, column] = 0.0
    ahead[1, labels] = 1.0  # as if a blank, certain to come, followed the last frame
    for frame in range(len(blanks) - 1, -1, -1):
        together = load(emissions, frame, 0, LANES) * 0.0
        coming = together
        for column in range(0, width, LANES):
            stay, following = load(ahead, 0, column, LANES), load(ahead, 0, column + 1, LANES)
            between, after = load(ahead, 1, column, LANES), load(ahead, 1, column + 1, LANES)
            from_label = _at_least(multiply_add(load(skips, 0, column + 1, LANES), following, stay + after), FLOOR)
            from_blank = _at_least(multiply_add(bonus, stay, between), FLOOR)
            for_label = load(alpha, frame, PAD + column, LANES) * from_label
            for_blank = load(alpha, frame, blank + column, LANES) * from_blank
            store(alpha, frame, PAD + column, for_label, LANES)
            store(alpha, frame, blank + column, for_blank, LANES)
            together = together + for_label + for_blank
            from_label = from_label * load(emissions, frame, column, LANES)
            from_blank = from_blank * blanks[frame]
            store(ahead, 0, column, from_label, LANES)
            store(ahead, 1, column, from_blank, LANES)
            coming = coming + from_label + from_blank
        whole = lane_sum(together)
        of_frame = whole * power_of_two(powers[frame] + power - last)
        if not abs(of_frame - total) <= TOLERANCE * total:
            return False
        powers[frame] = 1.0 / whole
        whole = lane_sum(coming)
        if whole < SMALL or whole > 1.0 / SMALL:
            scale(ahead, 0, 0, width, -exponent(whole))
            scale(ahead, 1, 0, width, -exponent(whole))
            power += exponent(whole)
    return True


@inlined
def occupancies_scaled(labels, width, emissions, blanks, skips, alpha, factors, ahead):
    """As `occupancies` in log space; returns NaN if something may have been lost.

    The probabilities in frame t are ``factors[t] * alpha[t]``. Emissions and blanks become probabilities, and what is
    above 0 in ``skips`` becomes another number above 0.
    """
    _exponentials(width, emissions, blanks, ahead)
    power = _bonus(labels, blanks, ahead) if labels > 0 else 0.0
    bonus = power_of_two(power)
    for label in range(labels):
        skips[0, label] = bonus if skips[0, label] > 0.0 else 0.0
    total = _forward(labels, width, emissions, blanks, skips, bonus, alpha, factors)
    log_total = log(total) + (factors[len(blanks) - 1] - labels * power) * LOG_2
    agreed = _backward(labels, width, emissions, blanks, skips, bonus, total, alpha, factors, ahead)
    return log_total if agreed else math.nan
