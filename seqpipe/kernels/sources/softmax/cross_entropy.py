"""Cross-entropy with its gradient in one pass: softmax over a row, and independent Bernoulli variables."""

from __future__ import annotations

import numpy as np

from seqpipe.kernels.annotations import Array1, Array2, Float, Out
from seqpipe.kernels.compiler import inlined, kernel
from seqpipe.kernels.sources.softmax.softmax import softmax_row, total
from seqpipe.kernels.sources.vector.exponentials import exp, log1p


@kernel
def softmax_cross_entropy(
    logits: Array2[Float],
    targets: Array1[np.int32],
    weights: Array1[np.float64],
    smoothing: float,
    losses: Out[Array1[np.float64]],
    gradient: Out[Array2[Float]],
) -> None:
    """Write ``weight * -sum_k q_k log softmax(logits)_k`` and its gradient ``weight * (softmax(logits) - q)``.

    q is ``1 - smoothing`` on the target and ``smoothing`` spread evenly over all labels (C. Szegedy et al., Rethinking
    the Inception Architecture, 2015, section 7). A row with target -1 or weight 0 is ignored.
    """
    rows, width = logits.shape
    for row in range(rows):
        target, weight = targets[row], weights[row]
        if target < 0 or weight == 0.0:
            losses[row] = 0.0
            gradient[row] = 0.0
            continue
        log_total = softmax_row(logits[row], gradient[row])
        loss = log_total - (1.0 - smoothing) * logits[row, target]
        if smoothing > 0.0:
            loss -= smoothing * (total(logits[row]) / width)
        losses[row] = weight * loss
        spread = smoothing / width
        for label in range(width):
            gradient[row, label] = weight * (gradient[row, label] - spread)
        gradient[row, target] -= weight * (1.0 - smoothing)


@kernel
def bernoulli_cross_entropy(
    logits: Array2[Float],
    targets: Array2[np.uint8],
    weights: Array1[np.float64],
    losses: Out[Array1[np.float64]],
    gradient: Out[Array2[Float]],
) -> None:
    """Write ``weight * -sum_k log p(targets_k)``, p(1) = sigmoid(logits_k), and its gradient for each row."""
    for row in range(len(logits)):
        weight = weights[row]
        losses[row] = 0.0
        gradient[row] = 0.0
        if weight == 0.0:
            continue
        _bernoulli_losses(logits[row], targets[row], gradient[row])
        losses[row] = weight * total(gradient[row])
        _bernoulli_gradient(logits[row], targets[row], weight, gradient[row])


@inlined
def _bernoulli_losses(logits, targets, losses):
    zero = logits.dtype.type(0)
    for key in range(len(logits)):
        logit = logits[key]
        losses[key] = max(logit, zero) - logit * logits.dtype.type(targets[key]) + log1p(exp(-abs(logit)))


@inlined
def _bernoulli_gradient(logits, targets, weight, gradient):
    one = logits.dtype.type(1)
    for key in range(len(logits)):
        logit = logits[key]
        decay = exp(-abs(logit))
        probability = (one if logit >= 0 else decay) / (one + decay)
        gradient[key] = weight * (probability - logits.dtype.type(targets[key]))
