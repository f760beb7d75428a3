"""Pooling of every sequence's rows into one, forward and backward; an empty sequence gives zeros.

``values`` (total, width), ``offsets`` (sequences + 1,); pooled (sequences, width).
"""

from __future__ import annotations

import numpy as np

from seqpipe.kernels import unit
from seqpipe.network.arrays import Float, Int64, check_offsets
from seqpipe.network.attention import Attended, dot_attention_backward


def mean_pool(values: Float, offsets: Int64) -> Float:
    """Return the mean of every sequence's rows."""
    check_offsets("offsets", offsets, len(values))
    pooled = np.empty((len(offsets) - 1, values.shape[1]), values.dtype)
    unit("pooling").mean(values, offsets, pooled)
    return pooled


def mean_pool_backward(grad_pooled: Float, offsets: Int64) -> Float:
    """Return the gradient with respect to the values."""
    gradient = np.empty((offsets[-1], grad_pooled.shape[1]), grad_pooled.dtype)
    unit("pooling").mean_backward(grad_pooled, offsets, gradient)
    return gradient


def max_pool(values: Float, offsets: Int64) -> tuple[Float, Int64]:
    """Return the largest value of every column and the row of ``values`` that it stands in, -1 if there is none."""
    check_offsets("offsets", offsets, len(values))
    pooled = np.empty((len(offsets) - 1, values.shape[1]), values.dtype)
    winners = np.empty(pooled.shape, np.int64)
    unit("pooling").maximum(values, offsets, pooled, winners)
    return pooled, winners


def max_pool_backward(grad_pooled: Float, winners: Int64, total: int) -> Float:
    """Return the gradient with respect to the ``total`` rows of values."""
    gradient = np.zeros((total, grad_pooled.shape[1]), grad_pooled.dtype)
    unit("pooling").add_to_winners(grad_pooled, winners, gradient)
    return gradient


def attention_pool(values: Float, offsets: Int64, query: Float) -> Attended:
    """Return each sequence's rows weighted by the softmax of their inner products with a learned query, (width,)."""
    check_offsets("offsets", offsets, len(values))
    queries, rows = _one_query_each(query, offsets)
    attended = Attended(np.empty(queries.shape, values.dtype), np.empty(len(values), values.dtype), offsets)
    unit("attention").dot_attention(
        queries, rows, values, values, offsets, attended.weights, attended.offsets, attended.contexts
    )
    return attended


def attention_pool_backward(
    values: Float, offsets: Int64, query: Float, attended: Attended, grad_pooled: Float
) -> tuple[Float, Float]:
    """Return the gradients with respect to values and query."""
    queries, rows = _one_query_each(query, offsets)
    grad_queries, grad_keys, grad_memory = dot_attention_backward(
        queries, rows, values, values, offsets, attended, grad_pooled
    )
    return grad_keys + grad_memory, grad_queries.sum(axis=0)


def _one_query_each(query: Float, offsets: Int64) -> tuple[Float, Int64]:
    rows = np.arange(len(offsets) - 1)
    queries = np.empty((len(rows), len(query)), query.dtype)
    queries[:] = query
    return queries, rows
