"""Linear-chain conditional random field: loss and gradients, marginals, Viterbi decoding.

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
from seqpipe.kernels.sources.crf.crf_log_space import expect
from seqpipe.kernels.sources.crf.crf_scaled import expect_scaled, prepare


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


@inlined
def _expect(
    emissions, known, tied, transitions, start, stop, tops, forth, back, ends, turned, factor,
    emitted, alpha, following, rows, gradient, pairs, last,
):  # fmt: skip
    """Add ``factor`` times the expected counts; return the log of the sum over all labellings that are counted."""
    log_total = math.nan
    if not math.isnan(tops[0]):
        log_total = expect_scaled(
            emissions, known, tied, tops, forth, back, ends, factor,
            emitted, alpha, following, rows, gradient, pairs, last,
        )  # fmt: skip
    if math.isnan(log_total):
        log_total = expect(
            emissions, known, tied, transitions, turned, start, stop, factor, alpha, rows, gradient, pairs, last
        )
    return log_total


@inlined
def _parts(scratch):
    """Return the parts of the scratch: factors of transitions, forth and back, and so on, as they are named below."""
    width = scratch.shape[1]
    positions = (len(scratch) - 3 * width - 5) // 3
    begin = 3 * width + 5
    return (
        scratch[:width],
        scratch[width : 2 * width],
        scratch[2 * width : 3 * width],
        scratch[3 * width : 3 * width + 2],
        scratch[3 * width + 2 : begin],
        scratch[begin : begin + positions],
        scratch[begin + positions : begin + 2 * positions],
        scratch[begin + 2 * positions :],
    )


@inlined
def _turn(transitions, turned):
    """Write the transposed transitions."""
    for label in range(len(transitions)):
        for following in range(len(transitions)):
            turned[following, label] = transitions[label, following]


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
    forth, back, turned, ends, rows, emitted, alpha, following = _parts(scratch)
    tops = prepare(transitions, start, stop, forth, back, ends)
    _turn(transitions, turned)
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
            every = _expect(
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


@kernel
def crf_marginals(
    emissions: Array2[Float],
    offsets: Array1[np.int64],
    labels: Array1[np.int32],
    transitions: Array2[Float],
    start: Array1[Float],
    stop: Array1[Float],
    scratch: Out[Array2[np.float64]],
    pairs: Out[Array2[np.float64]],
    last: Out[Array1[np.float64]],
    marginals: Out[Array2[Float]],
) -> None:
    """Write the probability of every label at every position, given the labels that are known.

    ``scratch`` is that of `crf_loss`, and ``pairs`` (W, W) and ``last`` (labels,) are scratch too.
    """
    forth, back, turned, ends, rows, emitted, alpha, following = _parts(scratch)
    tops = prepare(transitions, start, stop, forth, back, ends)
    _turn(transitions, turned)
    for record in range(len(offsets) - 1):
        begin, end = offsets[record], offsets[record + 1]
        if begin == end:
            continue
        part, counts = emissions[begin:end], marginals[begin:end]
        counts[:] = 0.0
        _expect(
            part, labels[begin:end], 1, transitions, start, stop, tops, forth, back, ends, turned, 1.0,
            emitted, alpha, following, rows, counts, pairs, last,
        )  # fmt: skip


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
