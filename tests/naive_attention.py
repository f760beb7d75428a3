"""Plain NumPy twins of attention and of the attention decoder."""

from __future__ import annotations

import numpy as np


def softmax(scores):
    weights = np.exp(scores - scores.max(initial=-np.inf))
    return weights / weights.sum()


def attend(query, keys, memory, vector=None):
    """Return the context and weights of one query; ``vector`` makes the scores additive."""
    if not len(memory):
        return np.zeros(memory.shape[1]), np.zeros(0)
    scores = keys @ query if vector is None else np.tanh(query + keys) @ vector
    weights = softmax(scores)
    return weights @ memory, weights
