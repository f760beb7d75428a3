"""Softmax and log softmax over rows."""

from __future__ import annotations

from seqpipe.kernels.annotations import Array2, Float, Out
from seqpipe.kernels.compiler import inlined, kernel
from seqpipe.kernels.sources.vector.exponentials import exp, log


@inlined
def highest(values):
    """Return the largest of at least one value."""
    a, b, c, d = values[0], values[0], values[0], values[0]
    whole = len(values) - len(values) % 4
    for k in range(0, whole, 4):
        a = max(a, values[k])
        b = max(b, values[k + 1])
        c = max(c, values[k + 2])
        d = max(d, values[k + 3])
    for k in range(whole, len(values)):
        a = max(a, values[k])
    return max(a, b, c, d)


@inlined
def total(values):
    """Return the sum in float64, as eight interleaved sums, added in a fixed order."""
    a, b, c, d, e, f, g, h = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    whole = len(values) - len(values) % 8
    for k in range(0, whole, 8):
        a += values[k]
        b += values[k + 1]
        c += values[k + 2]
        d += values[k + 3]
        e += values[k + 4]
        f += values[k + 5]
        g += values[k + 6]
        h += values[k + 7]
    for k in range(whole, len(values)):
        a += values[k]
    return ((a + b) + (c + d)) + ((e + f) + (g + h))


@inlined
def exponentials(logits, shift, out):
    """Write exp(logits - shift), maybe in place."""
    for label in range(len(logits)):
        out[label] = exp(logits[label] - shift)


@inlined
def softmax_row(logits, out):
    """Write exp(logits) / sum exp(logits), maybe in place, and return log sum exp(logits)."""
    shift = highest(logits)
    exponentials(logits, shift, out)
    summed = total(out)
    scale = out.dtype.type(1.0 / summed)
    for label in range(len(logits)):
        out[label] *= scale
    return shift + log(summed)


@inlined
def log_softmax_row(logits, out):
    """Write logits - log sum exp(logits); not in place."""
    shift = highest(logits)
    exponentials(logits, shift, out)
    log_total = shift + log(total(out))
    for label in range(len(logits)):
        out[label] = logits[label] - log_total


@kernel
def softmax(logits: Array2[Float], out: Out[Array2[Float]]) -> None:
    """Write the softmax of every row."""
    for row in range(len(logits)):
        softmax_row(logits[row], out[row])


@kernel
def log_softmax(logits: Array2[Float], out: Out[Array2[Float]]) -> None:
    """Write the log softmax of every row."""
    for row in range(len(logits)):
        log_softmax_row(logits[row], out[row])
