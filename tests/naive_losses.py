"""Plain NumPy twins of losses and decoders, by brute force, and central finite differences."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable

import numpy as np


def log_softmax(logits):
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def log_sum(values):
    values = np.asarray(values, float)
    if not values.size or values.max() == -np.inf:
        return -np.inf
    return values.max() + np.log(np.exp(values - values.max()).sum())


def finite_differences(losses: Callable[[], object], array, step: float = 1e-5):
    """Return d sum(losses) / d array by central differences; ``losses`` reads ``array``, which is restored."""
    gradient = np.zeros_like(array)
    for index in np.ndindex(array.shape):
        kept = array[index]
        array[index] = kept + step
        above = np.sum(losses())
        array[index] = kept - step
        gradient[index] = (above - np.sum(losses())) / (2 * step)
        array[index] = kept
    return gradient


def cross_entropy(logits, targets, weights, smoothing):
    losses = np.zeros(len(logits))
    for row, target in enumerate(targets):
        if target >= 0:
            wanted = np.full(logits.shape[1], smoothing / logits.shape[1])
            wanted[target] += 1 - smoothing
            losses[row] = -weights[row] * (wanted * log_softmax(logits[row])).sum()
    return losses


def bernoulli(logits, targets, weights):
    probability = 1 / (1 + np.exp(-logits))
    return -weights * np.log(np.where(targets == 1, probability, 1 - probability)).sum(axis=1)


def collapse(path, blank):
    return tuple(label for label, _ in itertools.groupby(path) if label != blank)


def ctc_log_probabilities(logits, blank=0):
    """Return the log probability of every label sequence, from all paths."""
    frames, labels = logits.shape
    log_probabilities, found = log_softmax(logits), defaultdict(list)
    for path in itertools.product(range(labels), repeat=frames):
        found[collapse(path, blank)].append(log_probabilities[np.arange(frames), list(path)].sum())
    return {sequence: log_sum(paths) for sequence, paths in found.items()}


def ctc_log_probability(logits, target, blank=0):
    """Return the log probability of one label sequence, by the forward algorithm over its states in log space."""
    states = [blank]
    for label in target:
        states += [label, blank]
    log_probabilities = log_softmax(logits)[:, states]
    skips = [s >= 2 and states[s] != blank and states[s] != states[s - 2] for s in range(len(states))]
    alpha = np.full(len(states), -np.inf)
    alpha[:2] = log_probabilities[0, :2]
    for row in log_probabilities[1:]:
        before = np.concatenate([[-np.inf], alpha[:-1]])
        skipping = np.where(skips, np.concatenate([[-np.inf, -np.inf], alpha[:-2]])[: len(states)], -np.inf)
        alpha = np.logaddexp(np.logaddexp(alpha, before), skipping) + row
    return log_sum(alpha[-2:])


def greedy(logits, blank=0):
    """Return (label, begin, end, mean probability) of every run of a best label that is not the blank."""
    probabilities = np.exp(log_softmax(logits))
    emitted, frame = [], 0
    for label, run in itertools.groupby(logits.argmax(axis=1)):
        length = len(list(run))
        if label != blank:
            mean = probabilities[frame : frame + length, label].mean()
            emitted.append((int(label), frame, frame + length, mean))
        frame += length
    return emitted


def crf_score(emissions, labels, transitions, start, stop):
    if not len(labels):
        return 0.0
    score = start[labels[0]] + stop[labels[-1]] + emissions[np.arange(len(labels)), labels].sum()
    return score + sum(transitions[a, b] for a, b in itertools.pairwise(labels))


def crf_labellings(emissions, transitions, start, stop, known=None):
    """Return all labellings that agree with the known labels, and their scores."""
    positions, width = emissions.shape
    labellings = [
        labels
        for labels in itertools.product(range(width), repeat=positions)
        if known is None or all(k in (-1, label) for k, label in zip(known, labels, strict=True))
    ]
    return labellings, [crf_score(emissions, np.array(labels, int), transitions, start, stop) for labels in labellings]
