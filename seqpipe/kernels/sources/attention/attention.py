"""Attention of queries over the rows of ragged memories.

Scores are query . key (M.-T. Luong, H. Pham, C. Manning: Effective Approaches to Attention-based Neural Machine
Translation, EMNLP 2015; "general" when the keys are a linear map of the memory), weights their softmax over one
record's memory, and the context is the weighted sum of its rows.
"""

from __future__ import annotations

import numpy as np

from seqpipe.kernels.annotations import Array1, Array2, Float, Out
from seqpipe.kernels.compiler import inlined, kernel
from seqpipe.kernels.sources.softmax.softmax import softmax_row


@inlined
def dot(first, second):
    """Return the inner product as eight interleaved sums, added in a fixed order."""
    length = len(first)
    whole = length - length % 8
    zero = first.dtype.type(0)
    a, b, c, d, e, f, g, h = zero, zero, zero, zero, zero, zero, zero, zero
    for k in range(0, whole, 8):
        a += first[k] * second[k]
        b += first[k + 1] * second[k + 1]
        c += first[k + 2] * second[k + 2]
        d += first[k + 3] * second[k + 3]
        e += first[k + 4] * second[k + 4]
        f += first[k + 5] * second[k + 5]
        g += first[k + 6] * second[k + 6]
        h += first[k + 7] * second[k + 7]
    total = ((a + b) + (c + d)) + ((e + f) + (g + h))
    for k in range(whole, length):
        total += first[k] * second[k]
    return total


@inlined
def add_scaled(scale, row, out):
    """Add ``scale * row`` to ``out``."""
    for k in range(len(out)):
        out[k] += scale * row[k]


@inlined
def weighted_sum(weights, rows, out):
    """Write sum_j weights[j] * rows[j]; zeros where there are no rows."""
    out[:] = 0.0
    for j in range(len(weights)):
        add_scaled(weights[j], rows[j], out)


@inlined
def attend_dot(query, keys, memory, weights, context):
    """Attend with one query to one record's memory; an empty memory gives a context of zeros."""
    if len(weights) > 0:
        for j in range(len(weights)):
            weights[j] = dot(query, keys[j])
        softmax_row(weights, weights)
    weighted_sum(weights, memory, context)


@kernel
def dot_attention(
    queries: Array2[Float],
    rows: Array1[np.int64],
    keys: Array2[Float],
    memory: Array2[Float],
    offsets: Array1[np.int64],
    weights: Out[Array1[Float]],
    weight_offsets: Array1[np.int64],
    contexts: Out[Array2[Float]],
) -> None:
    """Attend with query i to the memory of record ``rows[i]``; its weights stand from ``weight_offsets[i]`` on."""
    for i in range(len(queries)):
        begin, end = offsets[rows[i]], offsets[rows[i] + 1]
        part = weights[weight_offsets[i] : weight_offsets[i + 1]]
        attend_dot(queries[i], keys[begin:end], memory[begin:end], part, contexts[i])
