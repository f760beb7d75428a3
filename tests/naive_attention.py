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


def decode(parameters, ids, memory, state):
    """Return the logits and attention weights of one sequence of the attention decoder."""
    p, feed, logits, attention = parameters, np.zeros_like(state), [], []
    hidden = len(state)
    for token in ids:
        inputs = p["rnn.weight_ih"] @ np.concatenate([p["embedding.weight"][token], feed]) + p["rnn.bias_ih"]
        recurrent = p["rnn.weight_hh"] @ state + p["rnn.bias_hh"]
        gates = sigmoid((inputs + recurrent)[: 2 * hidden])
        candidate = np.tanh(inputs[2 * hidden :] + gates[:hidden] * recurrent[2 * hidden :])
        state = (1 - gates[hidden:]) * candidate + gates[hidden:] * state
        context, weights = attend(state, memory @ p["attention.weight"].T, memory)
        feed = np.tanh(p["combine.weight"] @ np.concatenate([context, state]) + p["combine.bias"])
        logits.append(p["output.weight"] @ feed + p["output.bias"])
        attention.append(weights)
    return np.array(logits), attention
