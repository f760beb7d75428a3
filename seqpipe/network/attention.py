"""Attention of queries over ragged memories, forward and backward.

Query i, (width,), attends to the rows of record ``rows[i]`` of the memory. Scores are its inner products with the
record's keys (M.-T. Luong et al., 2015; "general" when keys are a linear map of the memory). The weights are the
softmax of the scores, the context is the weighted sum of the memory's rows; zeros where the memory is empty.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from seqpipe.kernels import unit
from seqpipe.network.arrays import Float, Int64, check_ids, check_length, check_offsets, longest


class Attended(NamedTuple):
    """What queries found.

    Attributes:
        contexts: (queries, memory width).
        weights: (total,), ``offsets`` (queries + 1,) those of every query: one for each row of its memory.
    """

    contexts: Float
    weights: Float
    offsets: Int64


def dot_attention(queries: Float, rows: Int64, keys: Float, memory: Float, offsets: Int64) -> Attended:
    """Attend by the inner product of queries (queries, width) and keys (total, width) to memory (total, any)."""
    attended = _prepare(queries, rows, keys, memory, offsets)
    unit("attention").dot_attention(
        queries, rows, keys, memory, offsets, attended.weights, attended.offsets, attended.contexts
    )
    return attended


def dot_attention_backward(
    queries: Float,
    rows: Int64,
    keys: Float,
    memory: Float,
    offsets: Int64,
    attended: Attended,
    grad_contexts: Float,
) -> tuple[Float, Float, Float]:
    """Return the gradients with respect to queries, keys and memory."""
    gradients = np.zeros_like(queries), np.zeros_like(keys), np.zeros_like(memory)
    scores = np.empty(longest(offsets), queries.dtype)
    unit("attention_gradient").dot_attention_backward(
        queries, rows, keys, memory, offsets, attended.weights, attended.offsets, grad_contexts, scores, *gradients
    )
    return gradients


def _prepare(queries: Float, rows: Int64, keys: Float, memory: Float, offsets: Int64) -> Attended:
    """Check the arguments and make room for the result."""
    check_length("rows", rows, len(queries))
    check_ids("rows", rows, 0, len(offsets) - 1)
    check_offsets("offsets", offsets, len(memory))
    if keys.shape != (len(memory), queries.shape[1]):
        raise ValueError(f"keys must have the shape {(len(memory), queries.shape[1])}, not {keys.shape}")
    weight_offsets = np.zeros(len(rows) + 1, np.int64)
    np.cumsum(np.diff(offsets)[rows], out=weight_offsets[1:])
    contexts = np.empty((len(queries), memory.shape[1]), queries.dtype)
    return Attended(contexts, np.empty(weight_offsets[-1], queries.dtype), weight_offsets)
