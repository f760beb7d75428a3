"""CTC with a conditional random field, by writing down every path."""

import itertools

import numpy as np


def paths(logits, symbols, context):
    """Yield every path of one sequence: its log score, what it writes, in which frames, and its start and choices."""
    scores = 5 * np.tanh(logits.astype(np.float64))
    frames = len(scores)
    for start in itertools.product(range(symbols), repeat=context):
        for choices in itertools.product(range(-1, symbols), repeat=frames):
            history, score, places = list(start), 0.0, []
            for frame, choice in enumerate(choices):
                if choice < 0:
                    score += 2.0
                    continue
                state = 0
                for symbol in history[len(history) - context :]:
                    state = state * symbols + symbol
                score += scores[frame, choice * symbols**context + state]
                history.append(choice)
                places.append(frame)
            yield score, tuple(history[context:]), tuple(places), (tuple(history[:context]), choices)


def log_probabilities(logits, symbols, context):
    """Return the log probability of each target."""
    totals = {}
    for score, written, _, _ in paths(logits, symbols, context):
        totals[written] = np.logaddexp(totals.get(written, -np.inf), score)
    every = np.logaddexp.reduce(list(totals.values()))
    return {written: total - every for written, total in totals.items()}


def best_path(logits, symbols, context):
    """Return what the path writes with the greatest product of posteriors, in which frames, and how probable it is."""
    found = list(paths(logits, symbols, context))
    every = np.logaddexp.reduce([score for score, *_ in found])
    steps, emissions = {}, np.zeros((len(logits), symbols))
    for score, _, _, (start, choices) in found:
        for key in step_keys(start, choices, context):
            steps[key] = steps.get(key, 0.0) + np.exp(score - every)
        for frame, choice in enumerate(choices):
            if choice >= 0:
                emissions[frame, choice] += np.exp(score - every)

    def product(path):
        return sum(np.log(steps[key] + 1e-8) for key in step_keys(*path[3], context))

    best = max(found, key=product)
    written, places = best[1], best[2]
    middles = [0, *((a + b) // 2 + 1 for a, b in itertools.pairwise(places)), len(logits)]
    probabilities = []
    for symbol, (begin, end) in zip(written, itertools.pairwise(middles), strict=False):
        every = emissions[begin:end].sum()
        probabilities.append(emissions[begin:end, symbol].sum() / every * max(1 - abs(every - 1), 0))
    return written, places, probabilities


def step_keys(start, choices, context):
    history, keys = list(start), []
    for frame, choice in enumerate(choices):
        keys.append((frame, tuple(history[len(history) - context :]), choice))
        if choice >= 0:
            history.append(choice)
    return keys
