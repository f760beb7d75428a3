"""Connectionist temporal classification: the loss and its gradient.

A. Graves, S. Fernandez, F. Gomez, J. Schmidhuber: Connectionist Temporal Classification, ICML 2006. Trellises are
float64 in both variants: thousands of frames add up in them.
"""

from __future__ import annotations

import math

import numpy as np

from seqpipe.kernels.annotations import Array1, Array2, Float, Out
from seqpipe.kernels.compiler import inlined, kernel
from seqpipe.kernels.sources.ctc.ctc_scaled import LEAST_EMISSION, occupancies_scaled
from seqpipe.kernels.sources.ctc.ctc_states import PAD, fits, log_emissions, middle, occupancies
from seqpipe.kernels.sources.softmax.softmax import softmax_row
from seqpipe.kernels.sources.vector.lanes import LANES, lane_sum
from seqpipe.kernels.sources.vector.vectors import load


@inlined
def _emissions(logits, log_totals, labels, width, blank, emissions, blanks):
    """Write the log probabilities of the labels and of the blank in all frames; return the least of them."""
    least = 0.0
    for frame in range(len(logits)):
        least = min(least, log_emissions(logits[frame], log_totals[frame], labels, width, emissions[frame]))
        blanks[frame] = logits[frame, blank] - log_totals[frame]
        least = min(least, blanks[frame])
    return least


@inlined
def _skips(labels, skips):
    """Write 1 where a label may follow the one before it without a blank between, which it may if they differ."""
    for label in range(skips.shape[1]):
        skips[0, label] = 1.0 if 0 < label < len(labels) and labels[label] != labels[label - 1] else 0.0


@inlined
def _subtract(occupied, factors, labels, width, blank, weight, gradient):
    """Turn weighted probabilities into the gradient with respect to the logits: softmax less occupancy (eq. 16)."""
    between = middle(occupied)
    for frame in range(len(gradient)):
        factor, of_blank = weight * factors[frame], load(occupied, frame, between, LANES)
        for column in range(LANES, width, LANES):
            of_blank = of_blank + load(occupied, frame, between + column, LANES)
        gradient[frame, blank] -= factor * lane_sum(of_blank)
        for label in range(len(labels)):
            gradient[frame, labels[label]] -= factor * occupied[frame, PAD + label]


@kernel
def ctc_loss(
    logits: Array2[Float],
    offsets: Array1[np.int64],
    targets: Array1[np.int32],
    target_offsets: Array1[np.int64],
    weights: Array1[np.float64],
    blank: int,
    skips: Out[Array2[np.float64]],
    ahead: Out[Array2[np.float64]],
    log_totals: Out[Array1[np.float64]],
    blanks: Out[Array1[np.float64]],
    factors: Out[Array1[np.float64]],
    emissions: Out[Array2[np.float64]],
    trellis: Out[Array2[np.float64]],
    losses: Out[Array1[np.float64]],
    gradient: Out[Array2[Float]],
) -> None:
    """Write each record's weighted loss and the gradient of their sum with respect to the logits.

    Scratch, for the most frames T of a record and W columns, a multiple of 8 above the most labels: ``skips``
    (1, W + 8), ``ahead`` (2, W + 8), ``log_totals``, ``blanks`` and ``factors`` (T,), ``emissions`` (T, W), ``trellis``
    (T, 8 + 2 W). A record of weight 0 is skipped; one whose target does not fit in its frames has an infinite loss and
    no gradient.
    """
    for record in range(len(offsets) - 1):
        begin, end = offsets[record], offsets[record + 1]
        labels = targets[target_offsets[record] : target_offsets[record + 1]]
        part, rows, weight = logits[begin:end], gradient[begin:end], weights[record]
        if weight == 0.0 or begin == end or not fits(labels, end - begin):
            losses[record] = 0.0 if weight == 0.0 or len(labels) == end - begin == 0 else math.inf
            rows[:] = 0.0
            continue
        for frame in range(end - begin):
            log_totals[frame] = softmax_row(part[frame], rows[frame])
            for label in range(rows.shape[1]):
                rows[frame, label] *= weight
        here, used, count = emissions[: end - begin], blanks[: end - begin], len(labels)
        width = (count // LANES + 1) * LANES
        _skips(labels, skips)
        least = _emissions(part, log_totals, labels, width, blank, here, used)
        log_total = math.nan
        if least > LEAST_EMISSION:
            log_total = occupancies_scaled(count, width, here, used, skips, trellis, factors, ahead)
        if math.isnan(log_total):
            _emissions(part, log_totals, labels, width, blank, here, used)
            factors[:] = 1.0
            log_total = occupancies(count, width, here, used, skips, trellis, ahead)
        losses[record] = -weight * log_total
        if log_total == -math.inf:
            rows[:] = 0.0
        elif not math.isnan(log_total):
            _subtract(trellis, factors, labels, width, blank, weight, rows)
