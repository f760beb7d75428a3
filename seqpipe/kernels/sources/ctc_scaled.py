"""The forward-backward pass of CTC on probabilities, scaled frame by frame: vector instructions, no logarithms.

L. Rabiner: A Tutorial on Hidden Markov Models, 1989, section V.A. What is less likely than the likeliest state of its
frame by more than the range of float64 is lost. Forward and backward sums then disagree about the total, which is
compared in every frame: where they do, the caller turns to log space.
"""

from __future__ import annotations

import math

from seqpipe.kernels.compiler import inlined
from seqpipe.kernels.sources.softmax import total

SMALLEST = 1e-290  # a sum that can be divided by, with precision left
TOLERANCE = 1e-9  # of the logarithm of the total, beside which rounding is small and what has been lost is not


@inlined
def _normalise(values):
    """Divide by the sum and return its logarithm; minus infinity if there is next to nothing, or not a number."""
    summed = total(values)
    if not summed >= SMALLEST:
        return -math.inf
    scale = 1.0 / summed
    for index in range(len(values)):
        values[index] *= scale
    return math.log(summed)


@inlined
def _probabilities(log_probabilities, probabilities):
    for label in range(len(probabilities)):
        probabilities[label] = math.exp(log_probabilities[label])


@inlined
def _forward(log_probabilities, emitted, skips, probabilities, alpha, scales):
    """Fill ``alpha[t, 2 + s]``, each frame's summing to 1, and ``scales[t]``, the log of what was divided out to t.

    Two zeros stand before the first state. States from which the end is out of reach are left at zero. Returns the
    log of the total.
    """
    frames, states = len(log_probabilities), len(emitted)
    passed = 0.0
    for frame in range(frames):
        row = alpha[frame][: 2 + states]
        first = max(0, states - 2 * (frames - frame))
        row[: 2 + first] = 0.0
        _probabilities(log_probabilities[frame], probabilities)
        if frame == 0:
            row[:] = 0.0
            for state in range(first, min(2, states)):
                row[2 + state] = probabilities[emitted[state]]
        else:
            before = alpha[frame - 1]
            for state in range(first, states):
                reached = before[2 + state] + before[1 + state] + skips[state] * before[state]
                row[2 + state] = reached * probabilities[emitted[state]]
        passed += _normalise(row)
        scales[frame] = passed
        if passed == -math.inf:
            return passed
    last = alpha[frames - 1]
    return passed + math.log(last[1 + states] + last[states])


@inlined
def _backward(log_probabilities, emitted, skips, log_total, probabilities, alpha, scales, ahead):
    """Turn ``alpha`` into the probability of every state in every frame; tell whether all frames agree on the total.

    ``ahead[s]`` is the scaled probability of all later frames, starting in state s; two zeros stand after the last.
    """
    frames, states = len(log_probabilities), len(emitted)
    ahead[:] = 0.0
    ahead[states - 1] = 1.0
    ahead[max(0, states - 2)] = 1.0
    passed = 0.0
    for frame in range(frames - 1, -1, -1):
        row = alpha[frame][: 2 + states]
        if frame < frames - 1:
            _probabilities(log_probabilities[frame + 1], probabilities)
            for state in range(states):
                ahead[state] *= probabilities[emitted[state]]
            for state in range(states):
                ahead[state] = ahead[state] + ahead[state + 1] + skips[state + 2] * ahead[state + 2]
            passed += _normalise(ahead)
        for state in range(states):
            row[2 + state] *= ahead[state]
        agreed = scales[frame] + passed + _normalise(row)
        if not abs(agreed - log_total) <= TOLERANCE * max(1.0, abs(log_total)):
            return False
    return True


@inlined
def occupancies_scaled(log_probabilities, emitted, skips, probabilities, scales, alpha, ahead):
    """As `occupancies` in log space; returns NaN if something was lost, or the target does not fit in the frames."""
    log_total = _forward(log_probabilities, emitted, skips, probabilities, alpha, scales)
    if log_total == -math.inf:
        return math.nan
    kept = _backward(log_probabilities, emitted, skips, log_total, probabilities, alpha, scales, ahead)
    return log_total if kept else math.nan
