"""A decoder with attention, all steps of a batch: a GRU whose state attends to an encoder's outputs.

    a[t] = gru([x[t], f[t-1]], a[t-1])
    c[t] = attention of a[t] over the memory, "general" scores (the keys are a linear map of the memory)
    f[t] = tanh(Wc c[t] + Wa a[t] + b)

f is what the output layer sees and what is fed back with the next input (M.-T. Luong, H. Pham, C. Manning: Effective
Approaches to Attention-based Neural Machine Translation, EMNLP 2015, sections 3.1 and 3.3). Rows are packed: step
after step, and in every step the sequences still active, the longest first.
"""

from __future__ import annotations

import numpy as np

from seqpipe.kernels.annotations import Array1, Array2, Array3, Float, Out
from seqpipe.kernels.compiler import inlined, kernel
from seqpipe.kernels.sources.attention.attention import attend_dot
from seqpipe.kernels.sources.attention.attention_gradient import attend_dot_backward
from seqpipe.kernels.sources.attention.gru_rows import open_gates, propose, reset_gradient, update, update_gradient
from seqpipe.kernels.sources.linear.product import multiply
from seqpipe.kernels.sources.linear.rows import copy
from seqpipe.kernels.sources.vector.activations import tanh


@inlined
def _gru_step(gates, recurrent, state, kept):
    """Turn the sums of a position into its gates r, z, n and the new state; keep the state's sum for n."""
    hidden = len(state)
    open_gates(gates[: 2 * hidden], recurrent[: 2 * hidden])
    propose(gates[2 * hidden :], gates[:hidden], recurrent[2 * hidden :])
    update(state, gates[hidden : 2 * hidden], gates[2 * hidden :])
    copy(recurrent[2 * hidden :], kept)


@inlined
def _output_gradient(feed, fed_back, gradient):
    """Turn the gradient of f, as an output and as what is fed back, into that before tanh."""
    for i in range(len(feed)):
        gradient[i] = (gradient[i] + fed_back[i]) * (1 - feed[i] * feed[i])


@inlined
def _gru_step_backward(gates, kept, previous, grad_state):
    """Replace r, z, n and the state's sum by their gradients, and that of a state by what z passes on."""
    hidden = len(grad_state)
    update_gradient(previous, grad_state, gates[hidden : 2 * hidden], gates[2 * hidden :])
    reset_gradient(gates[2 * hidden :], gates[:hidden], kept)


@kernel
def forward(
    feed_weights: Array3[Float],
    state_weights: Array3[Float],
    state_bias: Array2[Float],
    context_weights: Array3[Float],
    query_weights: Array3[Float],
    feed_bias: Array2[Float],
    batch_sizes: Array1[np.int64],
    rows: Array1[np.int64],
    keys: Array2[Float],
    memory: Array2[Float],
    offsets: Array1[np.int64],
    weight_begins: Array1[np.int64],
    gates: Out[Array2[Float]],
    recurrent: Out[Array2[Float]],
    state: Out[Array2[Float]],
    feed: Out[Array2[Float]],
    kept: Out[Array2[Float]],
    states: Out[Array2[Float]],
    contexts: Out[Array2[Float]],
    weights: Out[Array1[Float]],
    feeds: Out[Array2[Float]],
) -> None:
    """Run over all steps.

    Args:
        feed_weights, state_weights: of the GRU, for f and a, packed, (hidden) by (3 hidden).
        state_bias: (1, 3 hidden).
        context_weights, query_weights: Wc.T and Wa.T packed, by (hidden).
        feed_bias: b, (1, hidden).
        batch_sizes: how many sequences are still active at each step, descending.
        rows: the record of ``memory`` of every sequence; ``offsets`` are the memory's records.
        keys, memory: (total, hidden) and (total, width).
        weight_begins: where the attention weights of each position begin in ``weights``.
        gates: the GRU's sums of x and its bias, (positions, 3 hidden); becomes r, z, n.
        recurrent: scratch, (sequences, 3 hidden).
        state, feed: a and f before the first step, (sequences, hidden); become those after the last.
        kept, states, contexts, feeds: become the state's sum for n, a, c and f at each position.
    """
    first = 0
    for step in range(len(batch_sizes)):
        active = batch_sizes[step]
        end = first + active
        multiply(feed[:active], feed_weights, gates[first:end], gates[first:end])
        multiply(state[:active], state_weights, state_bias, recurrent[:active])
        for row in range(active):
            place = first + row
            _gru_step(gates[place], recurrent[row], state[row], kept[place])
            copy(state[row], states[place])
            begin, past = offsets[rows[row]], offsets[rows[row] + 1]
            part = weights[weight_begins[place] : weight_begins[place] + past - begin]
            attend_dot(state[row], keys[begin:past], memory[begin:past], part, contexts[place])
        multiply(contexts[first:end], context_weights, feed_bias, feeds[first:end])
        multiply(states[first:end], query_weights, feeds[first:end], feeds[first:end])
        for row in range(active):
            for i in range(feed.shape[1]):
                feed[row, i] = tanh(feeds[first + row, i])
            copy(feed[row], feeds[first + row])
        first = end


@kernel
def backward(
    feed_weights: Array3[Float],
    state_weights: Array3[Float],
    context_weights: Array3[Float],
    query_weights: Array3[Float],
    batch_sizes: Array1[np.int64],
    rows: Array1[np.int64],
    keys: Array2[Float],
    memory: Array2[Float],
    offsets: Array1[np.int64],
    weight_begins: Array1[np.int64],
    states: Array2[Float],
    previous_states: Array2[Float],
    weights: Array1[Float],
    feeds: Array2[Float],
    context_zeros: Array2[Float],
    feed_zeros: Array2[Float],
    gates: Out[Array2[Float]],
    kept: Out[Array2[Float]],
    grad_feeds: Out[Array2[Float]],
    grad_state: Out[Array2[Float]],
    grad_feed: Out[Array2[Float]],
    grad_context: Out[Array2[Float]],
    scores: Out[Array1[Float]],
    grad_keys: Out[Array2[Float]],
    grad_memory: Out[Array2[Float]],
) -> None:
    """Run back over all steps.

    Args:
        feed_weights, state_weights, context_weights, query_weights: the transposes of those of `forward`, packed.
        batch_sizes, rows, keys, memory, offsets, weight_begins: as there.
        states, weights, feeds: as `forward` left them; ``previous_states`` is a before each position.
        context_zeros, feed_zeros: (1, width) and (1, hidden).
        gates, kept: as `forward` left them; become the gradients of the GRU's sums of x and f, and of a for n. Those
            of the sums of a for r and z are the same as of x.
        grad_feeds: gradient with respect to f, (positions, hidden); becomes that before tanh.
        grad_state: zeros, (sequences, hidden); becomes the gradient with respect to a before the first step.
        grad_feed: zeros, (sequences, hidden); becomes the gradient with respect to f before the first step.
        grad_context, scores: scratch, (sequences, width) and as long as the longest memory.
        grad_keys, grad_memory: are added to.
    """
    hidden = grad_state.shape[1]
    first = len(gates)
    for step in range(len(batch_sizes) - 1, -1, -1):
        active = batch_sizes[step]
        end = first
        first -= active
        for row in range(active):
            _output_gradient(feeds[first + row], grad_feed[row], grad_feeds[first + row])
        before = grad_state[:active]
        multiply(grad_feeds[first:end], context_weights, context_zeros, grad_context[:active])
        multiply(grad_feeds[first:end], query_weights, before, before)
        for row in range(active):
            place = first + row
            begin, past = offsets[rows[row]], offsets[rows[row] + 1]
            attend_dot_backward(
                states[place],
                keys[begin:past],
                memory[begin:past],
                weights[weight_begins[place] : weight_begins[place] + past - begin],
                grad_context[row],
                scores,
                grad_state[row],
                grad_keys[begin:past],
                grad_memory[begin:past],
            )
            _gru_step_backward(gates[place], kept[place], previous_states[place], grad_state[row])
        multiply(gates[first:end, : 2 * hidden], state_weights[:, : 2 * hidden], before, before)
        multiply(kept[first:end], state_weights[:, 2 * hidden :], before, before)
        multiply(gates[first:end], feed_weights, feed_zeros, grad_feed[:active])
