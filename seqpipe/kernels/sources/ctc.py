"""Connectionist temporal classification: the loss and its gradient.

A. Graves, S. Fernandez, F. Gomez, J. Schmidhuber: Connectionist Temporal Classification, ICML 2006. Trellises are
float64 in both variants: thousands of frames add up in them.
"""

from __future__ import annotations

import math

import numpy as np

from seqpipe.kernels.annotations import Array1, Array2, Float, Out
from seqpipe.kernels.compiler import inlined, kernel
from seqpipe.kernels.sources.ctc_scaled import occupancies_scaled
from seqpipe.kernels.sources.ctc_states import expand, occupancies
from seqpipe.kernels.sources.softmax import log_softmax_row


@inlined
def _finish(log_probabilities, emitted, occupied, weight):
    """Turn log probabilities into the gradient with respect to the logits: softmax less occupancy (eq. 16)."""
    frames, width = log_probabilities.shape
    for frame in range(frames):
        row = log_probabilities[frame]
        for label in range(width):
            row[label] = weight * math.exp(row[label])
        for state in range(len(emitted)):
            row[emitted[state]] -= weight * occupied[frame, 2 + state]


@kernel
def ctc_loss(
    logits: Array2[Float],
    offsets: Array1[np.int64],
    targets: Array1[np.int32],
    target_offsets: Array1[np.int64],
    weights: Array1[np.float64],
    blank: int,
    emitted: Out[Array1[np.int32]],
    skips: Out[Array1[np.float64]],
    ahead: Out[Array1[np.float64]],
    probabilities: Out[Array1[np.float64]],
    scales: Out[Array1[np.float64]],
    trellis: Out[Array2[np.float64]],
    losses: Out[Array1[np.float64]],
    gradient: Out[Array2[Float]],
) -> None:
    """Write each record's weighted loss and the gradient of their sum with respect to the logits.

    Scratch, for S = 2 U + 3 of the longest target: ``emitted``, ``skips``, ``ahead`` (S), ``probabilities`` as many as
    labels, ``scales`` as many as frames of the longest record, ``trellis`` (those frames, S). A record of weight 0 is
    skipped; one whose target does not fit in its frames has an infinite loss and no gradient.
    """
    for record in range(len(offsets) - 1):
        begin, end = offsets[record], offsets[record + 1]
        labels = targets[target_offsets[record] : target_offsets[record + 1]]
        rows, weight = gradient[begin:end], weights[record]
        if weight == 0.0 or begin == end:
            losses[record] = 0.0 if weight == 0.0 or len(labels) == 0 else math.inf
            rows[:] = 0.0
            continue
        for frame in range(begin, end):
            log_softmax_row(logits[frame], gradient[frame])
        states = 2 * len(labels) + 1
        of_states, may_skip, after = emitted[:states], skips[: states + 2], ahead[: states + 2]
        expand(labels, blank, of_states, may_skip)
        log_total = occupancies_scaled(rows, of_states, may_skip, probabilities, scales, trellis, after)
        if math.isnan(log_total):
            log_total = occupancies(rows, of_states, may_skip, trellis, after)
        losses[record] = -weight * log_total
        if log_total == -math.inf:
            rows[:] = 0.0
        else:
            _finish(rows, of_states, trellis, weight)
