"""The states of a CTC trellis, and how likely a path is in each of them in each frame, in log space.

A. Graves, S. Fernandez, F. Gomez, J. Schmidhuber: Connectionist Temporal Classification, ICML 2006, section 4.1. A
target of U labels stands as 2 U + 1 states: a blank before, between and after its labels.
"""

from __future__ import annotations

import math

from seqpipe.kernels.compiler import inlined
from seqpipe.kernels.sources.log_space import log_add


@inlined
def expand(labels, blank, emitted, skips):
    """Write the label of every state, and whether it may be entered from two states before: 1 or 0.

    A path may leave out a blank between labels that differ. Two zeros stand after the last state in ``skips``.
    """
    states = len(emitted)
    for state in range(states):
        emitted[state] = blank if state % 2 == 0 else labels[state // 2]
        differs = state % 2 == 1 and state >= 3 and labels[state // 2] != labels[state // 2 - 1]
        skips[state] = 1.0 if differs else 0.0
    skips[states], skips[states + 1] = 0.0, 0.0


@inlined
def _forward(log_probabilities, emitted, skips, alpha):
    """Fill ``alpha[t, 2 + s]``, the log probability of frames 0 to t ending in state s (eq. 6); return the total's.

    Two entries of minus infinity stand before the first state, and for states from which the end is out of reach.
    """
    frames, states = len(log_probabilities), len(emitted)
    for frame in range(frames):
        row = alpha[frame][: 2 + states]
        row[:] = -math.inf
        for state in range(max(0, states - 2 * (frames - frame)), states):
            if frame == 0:
                reached = 0.0 if state < 2 else -math.inf
            else:
                before = alpha[frame - 1]
                reached = log_add(before[2 + state], before[1 + state])
                if skips[state] > 0.0:
                    reached = log_add(reached, before[state])
            row[2 + state] = reached + log_probabilities[frame, emitted[state]]
    return log_add(alpha[frames - 1, 1 + states], alpha[frames - 1, states])


@inlined
def _backward(log_probabilities, emitted, skips, log_total, alpha, ahead):
    """Turn ``alpha`` into the probability of every state in every frame (eq. 14).

    ``ahead[s]`` is the log probability of all frames from t on, starting in state s: it is overwritten from the last
    frame to the first, and an entry needs only itself and the two after it.
    """
    frames, states = len(log_probabilities), len(emitted)
    ahead[:] = -math.inf
    for frame in range(frames - 1, -1, -1):
        for state in range(states):
            if frame == frames - 1:
                after = 0.0 if state >= states - 2 else -math.inf
            else:
                after = log_add(ahead[state], ahead[state + 1])
                if skips[state + 2] > 0.0:
                    after = log_add(after, ahead[state + 2])
            ahead[state] = after + log_probabilities[frame, emitted[state]]
            alpha[frame, 2 + state] = math.exp(alpha[frame, 2 + state] + after - log_total)


@inlined
def occupancies(log_probabilities, emitted, skips, alpha, ahead):
    """Write ``alpha[t, 2 + s]``, the probability of being in state s in frame t, and return the log of the total.

    It is minus infinity if the target does not fit in the frames.
    """
    log_total = _forward(log_probabilities, emitted, skips, alpha)
    if log_total > -math.inf:
        _backward(log_probabilities, emitted, skips, log_total, alpha, ahead)
    return log_total
