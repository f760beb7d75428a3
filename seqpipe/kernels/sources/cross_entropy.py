"""Cross-entropy with its gradient in one pass: softmax over a row, and independent Bernoulli variables."""

from __future__ import annotations

import math

from seqpipe.kernels.compiler import kernel
from seqpipe.kernels.sources.softmax import softmax_row


@kernel("float[:, ::1]", "int32[::1]", "float64[::1]", "float64", "out float64[::1]", "out float[:, ::1]")
def softmax_cross_entropy(logits, targets, weights, smoothing, losses, gradient):
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
            total = 0.0
            for label in range(width):
                total += logits[row, label]
            loss -= smoothing * (total / width)
        losses[row] = weight * loss
        spread = smoothing / width
        for label in range(width):
            gradient[row, label] = weight * (gradient[row, label] - spread)
        gradient[row, target] -= weight * (1.0 - smoothing)


@kernel("float[:, ::1]", "uint8[:, ::1]", "float64[::1]", "out float64[::1]", "out float[:, ::1]")
def bernoulli_cross_entropy(logits, targets, weights, losses, gradient):
    """Write ``weight * -sum_k log p(targets_k)``, p(1) = sigmoid(logits_k), and its gradient for each row."""
    rows, width = logits.shape
    for row in range(rows):
        weight = weights[row]
        losses[row] = 0.0
        gradient[row] = 0.0
        if weight == 0.0:
            continue
        loss = 0.0
        for key in range(width):
            logit, target = logits[row, key], targets[row, key]
            decay = math.exp(-abs(logit))
            loss += max(logit, 0.0) - logit * target + math.log1p(decay)
            probability = (1.0 if logit >= 0.0 else decay) / (1.0 + decay)
            gradient[row, key] = weight * (probability - target)
        losses[row] = weight * loss
