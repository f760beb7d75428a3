"""Linear-chain conditional random field: loss and gradients.

J. Lafferty, A. McCallum, F. Pereira: Conditional Random Fields, ICML 2001. The score of a labelling y of T positions is
``start[y_0] + sum_t emissions[t, y_t] + sum_t transitions[y_(t-1), y_t] + stop[y_(T-1)]``. A label of -1 is not known:
all labels are summed over at its position, so the loss is that of a partially labelled chain (Y. Tsuboi et al.,
Training Conditional Random Fields Using Incomplete Annotations, COLING 2008). Trellises
are float64.
"""

from __future__ import annotations

import math

import numpy as np

from seqpipe.kernels.annotations import Array1, Array2, Float, Out
from seqpipe.kernels.compiler import inlined, kernel
from seqpipe.kernels.sources.crf.crf_expectation import expect, parts
from seqpipe.kernels.sources.crf.crf_scaled import prepare


@inlined
def _is_complete(labels):
    least = 0
    for position in range(len(labels)):
        least = min(least, labels[position])
    return least == 0


@inlined
def _score(emissions, labels, transitions, start, stop):
    """Return the score of a labelling."""
    score = np.float64(start[labels[0]]) + stop[labels[-1]]
    for position in range(len(labels)):
        score += emissions[position, labels[position]]
    for position in range(1, len(labels)):
        score += transitions[labels[position - 1], labels[position]]
    return score


@inlined
def _add_labelling(labels, factor, gradient, pairs, last):
    """Add ``factor`` to the counts of a labelling."""
    for position in range(len(labels)):
        gradient[position, labels[position]] += factor
    for position in range(1, len(labels)):
        pairs[labels[position - 1], labels[position]] += factor
    last[labels[-1]] += factor


@kernel
def crf_loss(
    emissions: Array2[Float],
    offsets: Array1[np.int64],
    labels: Array1[np.int32],
    weights: Array1[np.float64],
    transitions: Array2[Float],
    start: Array1[Float],
    stop: Array1[Float],
    scratch: Out[Array2[np.float64]],
    losses: Out[Array1[np.float64]],
    grad_emissions: Out[Array2[Float]],
    grad_transitions: Out[Array2[np.float64]],
    grad_start: Out[Array1[np.float64]],
    grad_stop: Out[Array1[np.float64]],
) -> None:
    """Write each record's weighted loss (log sum of all labellings less that of the given one) and all gradients.

    Gradients of parameters are added to; that of transitions is padded to (W, W), W being a multiple of 16. ``scratch``
    has 3 W + 5 + 3 T rows of W, T being the most positions of a record. A labelling that is impossible has an infinite
    loss and no gradient.
    """
    forth, back, turned, ends, rows, emitted, alpha, following = parts(scratch)
    tops = prepare(transitions, start, stop, forth, back, turned, ends)
    for record in range(len(offsets) - 1):
        begin, end = offsets[record], offsets[record + 1]
        part, known, gradient = emissions[begin:end], labels[begin:end], grad_emissions[begin:end]
        weight = weights[record]
        losses[record] = 0.0
        gradient[:] = 0.0
        if begin == end or weight == 0.0:
            continue
        complete, given, every = _is_complete(known), 0.0, 0.0
        if complete:
            given = _score(part, known, transitions, start, stop)
        for tied in range(0 if complete else 1, -1, -1):
            if given == -math.inf:
                break
            every = expect(
                part, known, tied, transitions, start, stop, tops, forth, back, ends, turned,
                -weight if tied else weight,
                emitted, alpha, following, rows, gradient, grad_transitions, grad_stop,
            )  # fmt: skip
            if tied:
                given = every
        if given == -math.inf:
            losses[record] = math.inf
            continue
        if complete:
            _add_labelling(known, -weight, gradient, grad_transitions, grad_stop)
        losses[record] = weight * (every - given)
        for label in range(len(start)):
            grad_start[label] += gradient[0, label]
