"""The states of a CTC trellis, and how likely a path is in each of them in each frame, in log space.

A. Graves, S. Fernandez, F. Gomez, J. Schmidhuber: Connectionist Temporal Classification, ICML 2006, section 4.1. A
target of U labels stands as 2 U + 1 states: a blank before, between and after its labels. A row of a trellis holds them
as two runs of columns: label u in ``PAD + u``, and the blank before it in ``middle(row) + u``, the last blank being
number U. The column before label 0 is a label that no path is in. Columns past U are of no label: nothing is emitted
there, so what they hold flows to no state of the target.
"""

from __future__ import annotations

import math

from seqpipe.kernels.compiler import inlined
from seqpipe.kernels.sources.vector.arithmetic import where_less
from seqpipe.kernels.sources.vector.exponentials import exp
from seqpipe.kernels.sources.vector.lanes import LANES, MOST_LANES
from seqpipe.kernels.sources.vector.log_space import log_add
from seqpipe.kernels.sources.vector.vectors import load, store

PAD = MOST_LANES  # columns before label 0


@inlined
def middle(trellis):
    """Return the column of blank 0."""
    return PAD + (trellis.shape[1] - PAD) // 2


@inlined
def fits(labels, frames):
    """Tell whether the labels, with a blank between equal ones, fit in the frames."""
    needed = len(labels)
    for label in range(1, len(labels)):
        needed += labels[label] == labels[label - 1]
    return needed <= frames


@inlined
def log_emissions(logits, log_total, labels, width, emissions):
    """Write the log probability of each label in one frame, and of none past them; return the least."""
    least = 0.0
    for label in range(len(labels)):
        emissions[label] = logits[labels[label]] - log_total
        least = min(least, emissions[label])
    for label in range(len(labels), width):
        emissions[label] = -math.inf
    return least


@inlined
def _forward(labels, width, emissions, blanks, skips, alpha):
    """Fill ``alpha[t]``, the log probability of frames 0 to t ending in each state (eq. 6); return the total's."""
    blank = middle(alpha)
    for column in range(width):
        alpha[0, PAD + column], alpha[0, blank + column] = -math.inf, -math.inf
    alpha[0, blank] = blanks[0]
    if labels > 0:
        alpha[0, PAD] = emissions[0, 0]
    for frame in range(len(blanks)):
        alpha[frame, PAD - 1] = -math.inf
        if frame == 0:
            continue
        for column in range(0, width, LANES):
            stay = load(alpha, frame - 1, PAD + column, LANES)
            before = load(alpha, frame - 1, PAD - 1 + column, LANES)
            between = load(alpha, frame - 1, blank + column, LANES)
            skipping = where_less(0.0, load(skips, 0, column, LANES), before, -math.inf)
            reached = log_add(log_add(stay, between), skipping) + load(emissions, frame, column, LANES)
            store(alpha, frame, PAD + column, reached, LANES)
            store(alpha, frame, blank + column, log_add(between, before) + blanks[frame], LANES)
    last = alpha[len(blanks) - 1]
    return log_add(last[PAD + labels - 1], last[blank + labels])


@inlined
def _backward(labels, width, emissions, blanks, skips, log_total, alpha, ahead):
    """Turn ``alpha`` into the probability of every state in every frame (eq. 14).

    ``ahead`` is the log probability of all later frames, beginning in a label or a blank: its rows are overwritten from
    the last frame to the first, and an entry needs only itself and the next.
    """
    blank = middle(alpha)
    for row in range(2):
        for column in range(ahead.shape[1]):
            ahead[row, column] = -math.inf
    ahead[1, labels] = 0.0  # as if a blank, certain to come, followed the last frame
    for frame in range(len(blanks) - 1, -1, -1):
        for column in range(0, width, LANES):
            stay, following = load(ahead, 0, column, LANES), load(ahead, 0, column + 1, LANES)
            between, after = load(ahead, 1, column, LANES), load(ahead, 1, column + 1, LANES)
            skipping = where_less(0.0, load(skips, 0, column + 1, LANES), following, -math.inf)
            from_label = log_add(log_add(stay, after), skipping)
            from_blank = log_add(between, stay)
            for_label = load(alpha, frame, PAD + column, LANES) + from_label - log_total
            for_blank = load(alpha, frame, blank + column, LANES) + from_blank - log_total
            store(alpha, frame, PAD + column, exp(for_label), LANES)
            store(alpha, frame, blank + column, exp(for_blank), LANES)
            store(ahead, 0, column, from_label + load(emissions, frame, column, LANES), LANES)
            store(ahead, 1, column, from_blank + blanks[frame], LANES)


@inlined
def occupancies(labels, width, emissions, blanks, skips, alpha, ahead):
    """Write the probability of being in each state in each frame; return the log of the total, maybe minus infinity.

    Args:
        labels: how many there are; ``width`` is one more, in whole vectors.
        emissions: (frames, width or more), log probabilities of the labels; ``blanks`` (frames,) those of the blank.
        skips: (1, width + PAD), above 0 where a label may follow the one before it without a blank between.
        alpha: becomes the probabilities.
        ahead: scratch, (2, width + PAD).
    """
    log_total = _forward(labels, width, emissions, blanks, skips, alpha)
    if log_total > -math.inf:
        _backward(labels, width, emissions, blanks, skips, log_total, alpha, ahead)
    return log_total
