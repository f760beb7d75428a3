"""Plain NumPy twins of attention and of the attention decoder."""

from __future__ import annotations

import numpy as np


def softmax(scores):
    weights = np.exp(scores - scores.max(initial=-np.inf))
    return weights / weights.sum()


def attend(query, keys, memory):
    """Return the context and weights of one query."""
    if not len(memory):
        return np.zeros(memory.shape[1]), np.zeros(0)
    weights = softmax(keys @ query)
    return weights @ memory, weights


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def gru(inputs, recurrent, state):
    """Return the state after a step of a GRU, given the sums of its inputs and of its state."""
    hidden = len(state)
    gates = sigmoid((inputs + recurrent)[: 2 * hidden])
    candidate = np.tanh(inputs[2 * hidden :] + gates[:hidden] * recurrent[2 * hidden :])
    return (1 - gates[hidden:]) * candidate + gates[hidden:] * state


def decode(parameters, ids, memory, state):
    """Return the logits and attention weights of one sequence of the attention decoder."""
    p, feed, logits, attention = parameters, np.zeros_like(state), [], []
    upper = [np.zeros_like(state) for name in p if name.startswith("upper.weight_ih")]
    for token in ids:
        inputs = p["rnn.weight_ih"] @ np.concatenate([p["embedding.weight"][token], feed]) + p["rnn.bias_ih"]
        state = gru(inputs, p["rnn.weight_hh"] @ state + p["rnn.bias_hh"], state)
        context, weights = attend(state, memory @ p["attention.weight"].T, memory)
        feed = np.tanh(p["combine.weight"] @ np.concatenate([context, state]) + p["combine.bias"])
        below = feed
        for layer, before in enumerate(upper):
            sums = p[f"upper.weight_ih_l{layer}"] @ below + p[f"upper.bias_ih_l{layer}"]
            below = gru(sums, p[f"upper.weight_hh_l{layer}"] @ before + p[f"upper.bias_hh_l{layer}"], before)
            upper[layer] = below
        above = feed + below if upper else feed
        logits.append(p.get("output.weight", p["embedding.weight"]) @ above + p["output.bias"])
        attention.append(weights)
    return np.array(logits), attention
