"""Sampling of labels from logits, with temperature, top-k and top-p; the random numbers come from outside."""

from __future__ import annotations

import numpy as np

from seqpipe.kernels.annotations import Array1, Array2, Float, Out
from seqpipe.kernels.compiler import inlined, kernel
from seqpipe.kernels.sources.softmax.softmax import highest, total
from seqpipe.kernels.sources.vector.arithmetic import clamp
from seqpipe.kernels.sources.vector.exponentials import exp, log


@inlined
def _before(logits, first, second):
    """Tell whether a label comes before another: by logit, of equal ones by number."""
    return logits[first] > logits[second] or (logits[first] == logits[second] and first < second)


@inlined
def _sift(logits, order, place, size):
    """Let the label at ``place`` of a heap, the first at its root, sink to where it belongs."""
    label = order[place]
    while 2 * place + 1 < size:
        child = 2 * place + 1
        if child + 1 < size and _before(logits, order[child + 1], order[child]):
            child += 1
        if not _before(logits, order[child], label):
            break
        order[place] = order[child]
        place = child
    order[place] = label


@inlined
def _keep_likeliest(logits, weights, whole, top_k, top_p, order):
    """Put at the end of ``order``, the likeliest last, the fewest labels that reach ``top_p``; return how many.

    At most ``top_k``; where all are kept they are not sorted. ``weights`` are the probabilities times ``whole``.
    """
    size = len(order)
    for place in range(size):
        order[place] = place
    if top_k >= size and top_p >= 1.0:
        return size
    for place in range(size // 2 - 1, -1, -1):
        _sift(logits, order, place, size)
    kept, mass = 0, 0.0
    while kept < min(top_k, len(order)) and (kept == 0 or mass < top_p * whole):
        size -= 1
        order[0], order[size] = order[size], order[0]
        _sift(logits, order, 0, size)
        mass += weights[order[size]]
        kept += 1
    return kept


@inlined
def _draw(weights, order, kept, uniform):
    """Return the label at which the sum of weights, from the end of ``order``, passes ``uniform`` of the whole."""
    last = len(order) - 1
    mass = 0.0
    for place in range(last, last - kept, -1):
        mass += weights[order[place]]
    passed = 0.0
    for place in range(last, last - kept, -1):
        passed += weights[order[place]]
        if passed > uniform * mass:
            return order[place]
    return order[last]


@inlined
def _weigh(logits, shift, temperature, weights):
    for label in range(len(weights)):
        weights[label] = exp(np.float64(logits[label] - shift) / temperature)


@kernel
def sample(
    logits: Array2[Float],
    uniforms: Array1[np.float64],
    temperature: float,
    top_k: int,
    top_p: float,
    weights: Out[Array1[np.float64]],
    order: Out[Array1[np.int32]],
    labels: Out[Array1[np.int32]],
    log_probabilities: Out[Array1[np.float64]],
) -> None:
    """Write a label for every row and its log probability under the model, before temperature and truncation.

    Temperature 0 takes the likeliest. ``weights`` and ``order`` are scratch for one row.
    """
    for row in range(len(logits)):
        shift = highest(logits[row])
        _weigh(logits[row], shift, 1.0, weights)
        model_total = total(weights)
        if temperature > 0.0 and temperature != 1.0:
            _weigh(logits[row], shift, temperature, weights)
        limit = top_k if temperature > 0.0 else 1
        kept = _keep_likeliest(logits[row], weights, total(weights), limit, top_p, order)
        labels[row] = _draw(weights, order, kept, uniforms[row])
        log_probabilities[row] = logits[row, labels[row]] - shift - log(model_total)


@inlined
def _probabilities(logits, temperature, probabilities):
    """Write the sigmoids of logit / temperature, of no more than 60 either way.

    Beyond that nothing is drawn that is unlikely, and products of a dozen probabilities are still numbers.
    """
    for key in range(len(logits)):
        probabilities[key] = 1.0 / (1.0 + exp(-clamp(logits[key] / temperature, 60.0)))


@kernel
def sample_keys(
    logits: Array2[Float],
    uniforms: Array2[np.float64],
    temperature: float,
    fewest: int,
    on: Out[Array1[np.float64]],
    allowed: Out[Array2[np.float64]],
    drawn: Out[Array2[np.bool]],
) -> None:
    """Draw for every row which keys are on, given that their number lies between ``fewest`` and what fits.

    Scratch for one row: ``on`` (keys,), the probability of each key for itself, and ``allowed`` (keys + 1, most + 2),
    the probability that the number will be right, by the keys before and how many of them are on. The
    temperature is above 0.
    """
    rows, keys = logits.shape
    most = allowed.shape[1] - 2
    for row in range(rows):
        _probabilities(logits[row], temperature, on)
        for count in range(most + 2):
            allowed[keys, count] = 1.0 if fewest <= count <= most else 0.0
        for key in range(keys - 1, -1, -1):
            for count in range(most + 1):
                allowed[key, count] = (1.0 - on[key]) * allowed[key + 1, count] + on[key] * allowed[key + 1, count + 1]
            allowed[key, most + 1] = 0.0
        count = 0
        for key in range(keys):
            drawn[row, key] = uniforms[row, key] * allowed[key, count] < on[key] * allowed[key + 1, count + 1]
            if drawn[row, key]:
                count += 1
