"""The gradients of attention, see `seqpipe.kernels.sources.attention.attention`."""

from __future__ import annotations

import numpy as np

from seqpipe.kernels.annotations import Array1, Array2, Float, Out
from seqpipe.kernels.compiler import inlined, kernel
from seqpipe.kernels.sources.attention.attention import add_scaled, dot


@inlined
def grad_scores(weights, memory, grad_context, scores, grad_memory):
    """Write the gradient with respect to the scores before the softmax; add to that of the memory."""
    mean = 0.0
    for j in range(len(weights)):
        scores[j] = dot(grad_context, memory[j])
        mean += weights[j] * scores[j]
        add_scaled(weights[j], grad_context, grad_memory[j])
    for j in range(len(weights)):
        scores[j] = weights[j] * (scores[j] - mean)


@inlined
def attend_dot_backward(query, keys, memory, weights, grad_context, scores, grad_query, grad_keys, grad_memory):
    """Add to the gradients of one query, its record's keys and memory; ``scores`` is scratch."""
    grad_scores(weights, memory, grad_context, scores, grad_memory)
    for j in range(len(weights)):
        add_scaled(scores[j], keys[j], grad_query)
        add_scaled(scores[j], query, grad_keys[j])


@kernel
def dot_attention_backward(
    queries: Array2[Float],
    rows: Array1[np.int64],
    keys: Array2[Float],
    memory: Array2[Float],
    offsets: Array1[np.int64],
    weights: Array1[Float],
    weight_offsets: Array1[np.int64],
    grad_contexts: Array2[Float],
    scores: Out[Array1[Float]],
    grad_queries: Out[Array2[Float]],
    grad_keys: Out[Array2[Float]],
    grad_memory: Out[Array2[Float]],
) -> None:
    """Add to the gradients; ``scores`` is scratch as long as the longest memory."""
    for i in range(len(queries)):
        begin, end = offsets[rows[i]], offsets[rows[i] + 1]
        part = weights[weight_offsets[i] : weight_offsets[i + 1]]
        attend_dot_backward(
            queries[i],
            keys[begin:end],
            memory[begin:end],
            part,
            grad_contexts[i],
            scores,
            grad_queries[i],
            grad_keys[begin:end],
            grad_memory[begin:end],
        )
