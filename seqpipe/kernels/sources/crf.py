"""Linear-chain conditional random field: loss and gradients, marginals, Viterbi decoding.

J. Lafferty, A. McCallum, F. Pereira: Conditional Random Fields, ICML 2001. The score of a labelling y of T positions is
``start[y_0] + sum_t emissions[t, y_t] + sum_t transitions[y_(t-1), y_t] + stop[y_(T-1)]``. A label of -1 is not known:
all labels are summed over at its position, so the loss is that of a partially labelled chain (Y. Tsuboi et al.,
Training Conditional Random Fields Using Incomplete Annotations, COLING 2008). Trellises are float64.
"""

from __future__ import annotations

import math

import numpy as np

from seqpipe.kernels.annotations import Array1, Array2, Float, Out
from seqpipe.kernels.compiler import inlined, kernel


@inlined
def _log_sum_into(alpha, transitions, label):
    """Return log sum_i exp(alpha[i] + transitions[i, label])."""
    highest = -math.inf
    for before in range(len(alpha)):
        highest = max(highest, alpha[before] + transitions[before, label])
    if highest == -math.inf:
        return highest
    total = 0.0
    for before in range(len(alpha)):
        total += math.exp(alpha[before] + transitions[before, label] - highest)
    return highest + math.log(total)


@inlined
def _log_sum(first, second):
    """Return log sum_j exp(first[j] + second[j])."""
    highest = -math.inf
    for label in range(len(first)):
        highest = max(highest, first[label] + second[label])
    if highest == -math.inf:
        return highest
    total = 0.0
    for label in range(len(first)):
        total += math.exp(first[label] + second[label] - highest)
    return highest + math.log(total)


@inlined
def _forward(emissions, labels, known, transitions, start, stop, alpha):
    """Fill ``alpha[t, j]``, the log sum over labellings of positions 0..t that end in j; return that of the whole.

    With ``known`` only labellings count that agree with ``labels`` where they are not -1.
    """
    positions, width = emissions.shape
    for position in range(positions):
        for label in range(width):
            if known and labels[position] >= 0 and labels[position] != label:
                alpha[position, label] = -math.inf
            elif position == 0:
                alpha[position, label] = start[label] + emissions[position, label]
            else:
                reached = _log_sum_into(alpha[position - 1], transitions, label)
                alpha[position, label] = reached + emissions[position, label]
    return _log_sum(alpha[positions - 1], stop)


@inlined
def _backward(emissions, transitions, stop, factor, total, alpha, scratch, grad_emissions, grad_transitions, grad_stop):
    """Add ``factor`` times the expected counts of labels and of pairs of labels to the gradients.

    ``scratch[0, j]`` is the log sum over labellings from the next position on that begin with j. What `_forward` ruled
    out has an ``alpha`` of minus infinity and is passed over.
    """
    positions, width = emissions.shape
    ahead, here = scratch[0], scratch[1]
    for position in range(positions - 1, -1, -1):
        for label in range(width):
            here[label] = -math.inf
            reached = alpha[position, label]
            if reached == -math.inf:
                continue
            if position == positions - 1:
                after = stop[label]
                grad_stop[label] += factor * math.exp(reached + after - total)
            else:
                after = _log_sum(transitions[label], ahead)
                for following in range(width):
                    score = reached + transitions[label, following] + ahead[following]
                    grad_transitions[label, following] += factor * math.exp(score - total)
            grad_emissions[position, label] += factor * math.exp(reached + after - total)
            here[label] = after + emissions[position, label]
        for label in range(width):
            ahead[label] = here[label]


@kernel
def crf_loss(
    emissions: Array2[Float],
    offsets: Array1[np.int64],
    labels: Array1[np.int32],
    weights: Array1[np.float64],
    transitions: Array2[Float],
    start: Array1[Float],
    stop: Array1[Float],
    alpha: Out[Array2[np.float64]],
    scratch: Out[Array2[np.float64]],
    losses: Out[Array1[np.float64]],
    grad_emissions: Out[Array2[Float]],
    grad_transitions: Out[Array2[np.float64]],
    grad_start: Out[Array1[np.float64]],
    grad_stop: Out[Array1[np.float64]],
) -> None:
    """Write each record's weighted loss (log sum of all labellings less that of the given one) and all gradients.

    ``alpha`` has as many rows as the longest record has positions, ``scratch`` two. Gradients of parameters are added
    to. A labelling that is impossible has an infinite loss and no gradient.
    """
    for record in range(len(offsets) - 1):
        begin, end = offsets[record], offsets[record + 1]
        part, known, gradient = emissions[begin:end], labels[begin:end], grad_emissions[begin:end]
        weight = weights[record]
        losses[record] = 0.0
        gradient[:] = 0.0
        if begin == end or weight == 0.0:
            continue
        given = _forward(part, known, True, transitions, start, stop, alpha)
        if given == -math.inf:
            losses[record] = math.inf
            continue
        _backward(part, transitions, stop, -weight, given, alpha, scratch, gradient, grad_transitions, grad_stop)
        every = _forward(part, known, False, transitions, start, stop, alpha)
        _backward(part, transitions, stop, weight, every, alpha, scratch, gradient, grad_transitions, grad_stop)
        losses[record] = weight * (every - given)
        for label in range(len(start)):
            grad_start[label] += gradient[0, label]


@kernel
def crf_marginals(
    emissions: Array2[Float],
    offsets: Array1[np.int64],
    labels: Array1[np.int32],
    transitions: Array2[Float],
    start: Array1[Float],
    stop: Array1[Float],
    alpha: Out[Array2[np.float64]],
    scratch: Out[Array2[np.float64]],
    pairs: Out[Array2[np.float64]],
    last: Out[Array1[np.float64]],
    marginals: Out[Array2[Float]],
) -> None:
    """Write the probability of every label at every position, given the labels that are known.

    All between ``stop`` and ``marginals`` is scratch, shaped as in `crf_loss`.
    """
    for record in range(len(offsets) - 1):
        begin, end = offsets[record], offsets[record + 1]
        if begin == end:
            continue
        part, counts = emissions[begin:end], marginals[begin:end]
        counts[:] = 0.0
        total = _forward(part, labels[begin:end], True, transitions, start, stop, alpha)
        _backward(part, transitions, stop, 1.0, total, alpha, scratch, counts, pairs, last)


@inlined
def _best_before(best, transitions, label):
    """Return the label from which ``label`` is reached with the highest score; ties go to the lower one."""
    winner = 0
    for before in range(1, len(best)):
        if best[before] + transitions[before, label] > best[winner] + transitions[winner, label]:
            winner = before
    return winner


@inlined
def _trace_back(origin, last, labels):
    """Write the labels of the best path that ends in ``last``."""
    for position in range(len(labels) - 1, -1, -1):
        labels[position] = last
        last = origin[position, last]


@kernel
def crf_viterbi(
    emissions: Array2[Float],
    offsets: Array1[np.int64],
    transitions: Array2[Float],
    start: Array1[Float],
    stop: Array1[Float],
    best: Out[Array2[np.float64]],
    origin: Out[Array2[np.int32]],
    scores: Out[Array1[np.float64]],
    labels: Out[Array1[np.int32]],
) -> None:
    """Write each record's best labelling and its score, 0 for an empty record; ties go to the lower label.

    ``best`` is scratch of two rows, ``origin`` of as many rows as the longest record has positions.
    """
    width = len(start)
    for record in range(len(offsets) - 1):
        begin, end = offsets[record], offsets[record + 1]
        scores[record] = 0.0
        if begin == end:
            continue
        for label in range(width):
            best[0, label] = start[label] + emissions[begin, label]
            origin[0, label] = label
        for position in range(begin + 1, end):
            for label in range(width):
                before = _best_before(best[0], transitions, label)
                origin[position - begin, label] = before
                best[1, label] = best[0, before] + transitions[before, label] + emissions[position, label]
            for label in range(width):
                best[0, label] = best[1, label]
        last = 0
        for label in range(width):
            best[0, label] += stop[label]
            if best[0, label] > best[0, last]:
                last = label
        scores[record] = best[0, last]
        _trace_back(origin, last, labels[begin:end])
