"""Losses per row or position: softmax cross-entropy and independent Bernoulli variables.

Every loss returns the losses, not summed, and the gradient of their sum with respect to the logits. A weight multiplies
both; weight 0 masks.
"""

from __future__ import annotations

import numpy as np

from seqpipe.kernels import unit
from seqpipe.network.arrays import Float, Float64, Int32, UInt8, check_ids, check_length
from seqpipe.network.sampling import log_softmax


def softmax_cross_entropy(
    logits: Float, targets: Int32, weights: Float64 | None = None, smoothing: float = 0.0
) -> tuple[Float64, Float]:
    """Return -log softmax(logits)[target] of every row and the gradient with respect to the logits.

    Args:
        logits: (rows, labels).
        targets: (rows,); -1 ignores the row.
        weights: (rows,).
        smoothing: the part of the target's probability that is spread evenly over all labels.
    """
    rows, labels = logits.shape
    check_length("targets", targets, rows)
    check_ids("targets", targets, -1, labels)
    losses, gradient = np.empty(rows), np.empty_like(logits)
    weights = _weights(weights, rows)
    unit("cross_entropy").softmax_cross_entropy(logits, targets, weights, smoothing, losses, gradient)
    return losses, gradient


def weighted_cross_entropy(
    logits: Float, targets: Int32, label_weights: Float64, smoothing: float = 0.0
) -> tuple[Float64, Float]:
    """Return the cross-entropy in which each label counts as much as its weight says, and its gradient.

    The loss of a row is ``-sum_k q_k w_k log softmax(logits)_k``, where q is 1 - smoothing on the target and smoothing
    spread evenly over all labels, as PyTorch's ``CrossEntropyLoss(weight=w, label_smoothing=smoothing)`` has it.

    Args:
        logits: (rows, labels).
        targets: (rows,); -1 ignores the row.
        label_weights: (labels,).
        smoothing: the part of the target's probability that is spread evenly over all labels.
    """
    labels = logits.shape[1]
    check_length("label_weights", label_weights, labels)
    of_targets = np.where(targets >= 0, label_weights[targets], 0.0)
    losses, gradient = softmax_cross_entropy(logits, targets, (1.0 - smoothing) * of_targets)
    if smoothing:
        spread = smoothing / labels * label_weights * (targets >= 0)[:, None]
        log_probabilities = log_softmax(logits)
        losses -= (spread * log_probabilities).sum(axis=1)
        gradient += (spread.sum(axis=1)[:, None] * np.exp(log_probabilities) - spread).astype(gradient.dtype)
    return losses, gradient


def bernoulli_cross_entropy(logits: Float, targets: UInt8, weights: Float64 | None = None) -> tuple[Float64, Float]:
    """Return the summed -log p(target) of independent 0/1 variables with p(1) = sigmoid(logit), and the gradient.

    Args:
        logits: (positions, keys).
        targets: (positions, keys), 0 or 1.
        weights: (positions,).
    """
    if targets.shape != logits.shape:
        raise ValueError(f"targets must have the shape {logits.shape}, not {targets.shape}")
    losses, gradient = np.empty(len(logits)), np.empty_like(logits)
    weights = _weights(weights, len(logits))
    unit("cross_entropy").bernoulli_cross_entropy(logits, targets, weights, losses, gradient)
    return losses, gradient


def _weights(weights: Float64 | None, rows: int) -> Float64:
    """Return the weights, or ones."""
    if weights is None:
        return np.ones(rows)
    check_length("weights", weights, rows)
    return weights
