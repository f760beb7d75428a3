"""Pooling of every sequence's rows into one, forward and backward; an empty sequence gives zeros.

``values`` (total, width), ``offsets`` (sequences + 1,); pooled (sequences, width). Each function also returns the way
back, from the gradient of the pooled rows to that of the values.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from seqpipe.kernels import unit
from seqpipe.network.arrays import Float, Int64, check_offsets
from seqpipe.network.attention import Attended, dot_attention_backward

Back = Callable[[Float], Float]
"""From the gradient of the pooled rows to that of the values."""


def mean_pool(values: Float, offsets: Int64) -> tuple[Float, Back]:
    """Return the mean of every sequence's rows."""
    check_offsets("offsets", offsets, len(values))
    pooled = np.empty((len(offsets) - 1, values.shape[1]), values.dtype)
    unit("pooling").mean(values, offsets, pooled)

    def back(gradient: Float) -> Float:
        of_values = np.empty_like(values)
        unit("pooling").mean_backward(gradient, offsets, of_values)
        return of_values

    return pooled, back


def max_pool(values: Float, offsets: Int64) -> tuple[Float, Back]:
    """Return the largest value of every column; the gradient goes to the first row that has it."""
    check_offsets("offsets", offsets, len(values))
    pooled = np.empty((len(offsets) - 1, values.shape[1]), values.dtype)
    winners = np.empty(pooled.shape, np.int64)
    unit("pooling").maximum(values, offsets, pooled, winners)

    def back(gradient: Float) -> Float:
        of_values = np.zeros_like(values)
        unit("pooling").add_to_winners(gradient, winners, of_values)
        return of_values

    return pooled, back


def attention_pool(values: Float, offsets: Int64, query: Float) -> tuple[Float, Callable[[Float], tuple[Float, Float]]]:
    """Return each sequence's rows weighted by the softmax of their inner products with a learned query, (width,).

    The gradient is that of the values and that of the query.
    """
    queries, rows = _one_query_each(query, offsets)
    attended = pooled_attention(values, offsets, query)

    def back(gradient: Float) -> tuple[Float, Float]:
        of_queries, of_keys, of_memory = dot_attention_backward(
            queries, rows, values, values, offsets, attended, gradient
        )
        return of_keys + of_memory, of_queries.sum(axis=0)

    return attended.contexts, back


def pooled_attention(values: Float, offsets: Int64, query: Float) -> Attended:
    """Return what `attention_pool` gives, with the weight of each row."""
    check_offsets("offsets", offsets, len(values))
    queries, rows = _one_query_each(query, offsets)
    attended = Attended(np.empty(queries.shape, values.dtype), np.empty(len(values), values.dtype), offsets)
    unit("attention").dot_attention(
        queries, rows, values, values, offsets, attended.weights, attended.offsets, attended.contexts
    )
    return attended


def _one_query_each(query: Float, offsets: Int64) -> tuple[Float, Int64]:
    rows = np.arange(len(offsets) - 1)
    queries = np.empty((len(rows), len(query)), query.dtype)
    queries[:] = query
    return queries, rows
