"""Connectionist temporal classification: the loss and its gradient, in log space.

A. Graves, S. Fernandez, F. Gomez, J. Schmidhuber: Connectionist Temporal Classification, ICML 2006, section 4. A
target of U labels stands as 2 U + 1 states: a blank before, between and after its labels. States at even places are
blanks. The trellis is float64 for both variants: log probabilities of thousands of frames add up in it.
"""

from __future__ import annotations

import math

from seqpipe.kernels.compiler import inlined, kernel
from seqpipe.kernels.sources.log_space import log_add
from seqpipe.kernels.sources.softmax import log_softmax_row


@inlined
def _state_label(labels, state, blank):
    """Return the label that a state emits."""
    if state % 2 == 0:
        return blank
    return labels[state // 2]


@inlined
def _may_skip(labels, state):
    """Tell whether a path may enter ``state`` from two states before: over a blank, between labels that differ."""
    return state % 2 == 1 and state >= 3 and labels[state // 2] != labels[state // 2 - 1]


@inlined
def _forward(log_probabilities, labels, blank, alpha):
    """Fill ``alpha[t * states + s]``: the log probability of frames 0..t ending in state s (eq. 6); return the total's.

    States that cannot be reached from the start, or cannot reach the end any more, stay at minus infinity.
    """
    frames = log_probabilities.shape[0]
    states = 2 * len(labels) + 1
    alpha[: frames * states] = -math.inf
    for frame in range(frames):
        row = frame * states
        before = row - states
        for state in range(max(0, states - 2 * (frames - frame)), min(states, 2 * (frame + 1))):
            if frame == 0:
                reached = 0.0
            else:
                reached = alpha[before + state]
                if state >= 1:
                    reached = log_add(reached, alpha[before + state - 1])
                if _may_skip(labels, state):
                    reached = log_add(reached, alpha[before + state - 2])
            alpha[row + state] = reached + log_probabilities[frame, _state_label(labels, state, blank)]
    last = frames * states - 1
    return alpha[last] if states == 1 else log_add(alpha[last], alpha[last - 1])


@inlined
def _backward(log_probabilities, labels, blank, weight, log_total, alpha, ahead):
    """Turn log probabilities into the gradient with respect to the logits: softmax minus occupancy (eq. 15).

    ``ahead[s]`` is the log probability of all frames from t on, starting in state s: it is overwritten from the last
    frame to the first, and an entry needs only itself and the two after it.
    """
    frames, width = log_probabilities.shape
    states = 2 * len(labels) + 1
    for frame in range(frames - 1, -1, -1):
        row = frame * states
        for state in range(states):
            if frame == frames - 1:
                after = 0.0 if state >= states - 2 else -math.inf
            else:
                after = ahead[state]
                if state + 1 < states:
                    after = log_add(after, ahead[state + 1])
                if state + 2 < states and _may_skip(labels, state + 2):
                    after = log_add(after, ahead[state + 2])
            ahead[state] = after + log_probabilities[frame, _state_label(labels, state, blank)]
            alpha[row + state] = weight * math.exp(alpha[row + state] + after - log_total)
        for label in range(width):
            log_probabilities[frame, label] = weight * math.exp(log_probabilities[frame, label])
        for state in range(states):
            log_probabilities[frame, _state_label(labels, state, blank)] -= alpha[row + state]


@kernel(
    "float[:, ::1]",
    "int64[::1]",
    "int32[::1]",
    "int64[::1]",
    "float64[::1]",
    "int64",
    "out float64[::1]",
    "out float64[::1]",
    "out float64[::1]",
    "out float[:, ::1]",
)
def ctc_loss(logits, offsets, targets, target_offsets, weights, blank, alpha, ahead, losses, gradient):
    """Write each record's weighted loss and the gradient of their sum with respect to the logits.

    ``alpha`` holds at least frames * (2 U + 1) of the largest record, ``ahead`` 2 U + 1. A record of weight 0 is
    skipped; one whose target does not fit in its frames has an infinite loss and no gradient.
    """
    for record in range(len(offsets) - 1):
        begin, end = offsets[record], offsets[record + 1]
        labels = targets[target_offsets[record] : target_offsets[record + 1]]
        weight = weights[record]
        record_gradient = gradient[begin:end]
        if weight == 0.0:
            losses[record] = 0.0
            record_gradient[:] = 0.0
            continue
        if begin == end:
            losses[record] = 0.0 if len(labels) == 0 else math.inf
            continue
        for frame in range(begin, end):
            log_softmax_row(logits[frame], gradient[frame])
        log_total = _forward(record_gradient, labels, blank, alpha)
        losses[record] = -weight * log_total
        if log_total == -math.inf:
            record_gradient[:] = 0.0
        else:
            _backward(record_gradient, labels, blank, weight, log_total, alpha, ahead)
