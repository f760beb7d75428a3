"""Softmax and log softmax over rows."""

from __future__ import annotations

import math

from seqpipe.kernels.compiler import inlined, kernel


@inlined
def highest(values):
    """Return the largest of at least one value."""
    largest = values[0]
    for index in range(1, len(values)):
        largest = max(largest, values[index])
    return largest


@inlined
def softmax_row(logits, out):
    """Write exp(logits) / sum exp(logits) and return log sum exp(logits)."""
    shift = highest(logits)
    total = 0.0
    for label in range(len(logits)):
        out[label] = math.exp(logits[label] - shift)
        total += out[label]
    for label in range(len(logits)):
        out[label] /= total
    return shift + math.log(total)


@inlined
def log_softmax_row(logits, out):
    """Write logits - log sum exp(logits)."""
    shift = highest(logits)
    total = 0.0
    for label in range(len(logits)):
        total += math.exp(logits[label] - shift)
    log_total = shift + math.log(total)
    for label in range(len(logits)):
        out[label] = logits[label] - log_total


@kernel("float[:, ::1]", "out float[:, ::1]")
def softmax(logits, out):
    """Write the softmax of every row."""
    for row in range(len(logits)):
        softmax_row(logits[row], out[row])


@kernel("float[:, ::1]", "out float[:, ::1]")
def log_softmax(logits, out):
    """Write the log softmax of every row."""
    for row in range(len(logits)):
        log_softmax_row(logits[row], out[row])
