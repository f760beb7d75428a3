"""Where in a sequence the symbols lie that it is known to hold."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Float64 = npt.NDArray[np.float64]
Int64 = npt.NDArray[np.int64]


def align(log_probabilities: npt.NDArray[np.floating], labels: npt.NDArray[np.integer]) -> tuple[Int64, Float64]:
    """Return the likeliest alignment of CTC (label 0 is the blank) of labels to frames, by the Viterbi algorithm.

    Args:
        log_probabilities: of each label in each frame, shape (frames, labels).
        labels: without blanks, no more than fit.

    Returns:
        The first frame of each label and the one past its last, shape (labels, 2); and the mean over these of its
        probability, shape (labels,).
    """
    states = np.zeros(2 * len(labels) + 1, np.int64)  # a blank before, between and after
    states[1::2] = labels
    may_skip = np.zeros(len(states), bool)
    may_skip[3::2] = states[3::2] != states[1:-2:2]
    path = _best_path(np.asarray(log_probabilities, np.float64)[:, states], may_skip)
    spans = np.empty((len(labels), 2), np.int64)
    spans[:, 0] = np.searchsorted(path, np.arange(1, len(states), 2))
    spans[:, 1] = np.searchsorted(path, np.arange(1, len(states), 2), side="right")
    scores = [
        float(np.exp(log_probabilities[begin:end, label]).mean())
        for label, (begin, end) in zip(labels.tolist(), spans.tolist(), strict=True)
    ]
    return spans, np.array(scores)


def _best_path(scores: Float64, may_skip: npt.NDArray[np.bool_]) -> Int64:
    """Return the state of each frame: it begins in one of the first two and ends in one of the last two.

    Args:
        scores: of each state in each frame, shape (frames, states).
        may_skip: the states that may follow the one before the one before them.
    """
    frames, states = scores.shape
    came_from = np.zeros((frames, states), np.int8)
    best = np.full(states, -np.inf)
    best[:2] = scores[0, :2] if frames else 0.0
    choices = np.full((3, states), -np.inf)
    for frame in range(1, frames):
        choices[0] = best
        choices[1, 1:] = best[:-1]
        choices[2, 2:] = np.where(may_skip[2:], best[:-2], -np.inf)
        came_from[frame] = choices.argmax(axis=0)
        best = choices.max(axis=0) + scores[frame]
    path = np.empty(frames, np.int64)
    state = states - 1 if states == 1 or best[-1] >= best[-2] else states - 2
    for frame in reversed(range(frames)):
        path[frame] = state
        state -= int(came_from[frame, state])
    return path
