"""Where in a sequence the symbols lie that it is known to hold."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Float64 = npt.NDArray[np.float64]
Int64 = npt.NDArray[np.int64]

_WINDOW = 256  # frames, some seconds of speech


def align(log_probabilities: npt.NDArray[np.floating], labels: npt.NDArray[np.integer]) -> tuple[Int64, Float64]:
    """Return the likeliest alignment of CTC (label 0 is the blank) of labels to frames, by the Viterbi algorithm.

    A long sequence is aligned in windows that overlap by half, so that time and memory grow with its length only.

    Args:
        log_probabilities: of each label in each frame, shape (frames, labels).
        labels: without blanks, no more than fit.

    Returns:
        The first frame of each label and the one past its last, shape (labels, 2); and the mean over these of its
        probability, shape (labels,).
    """
    states = np.zeros(2 * len(labels) + 1, np.int64)  # a blank before, between and after
    states[1::2] = labels
    path = _path(np.asarray(log_probabilities), states)
    spans = np.empty((len(labels), 2), np.int64)
    spans[:, 0] = np.searchsorted(path, np.arange(1, len(states), 2))
    spans[:, 1] = np.searchsorted(path, np.arange(1, len(states), 2), side="right")
    scores = [
        float(np.exp(log_probabilities[begin:end, label]).mean())
        for label, (begin, end) in zip(labels.tolist(), spans.tolist(), strict=True)
    ]
    return spans, np.array(scores)


def _path(log_probabilities: npt.NDArray[np.floating], states: Int64) -> Int64:
    """Return the index into ``states`` that each frame is in: none is left out but blanks."""
    frames = len(log_probabilities)
    skippable = np.zeros(len(states), bool)  # the blank before it, because the labels on both sides differ
    skippable[3::2] = states[3::2] != states[1:-2:2]
    needed = _frames_needed(skippable)
    path = np.zeros(frames, np.int64)
    begin, first = 0, 0
    while begin < frames:
        end = min(begin + _WINDOW, frames)
        last = min(first + 2 * (end - begin) + 1, len(states))
        scores = log_probabilities[begin:end, states[first:last]].astype(np.float64)
        scores[:, :] += np.where(needed[first:last] <= (frames - 1 - np.arange(begin, end))[:, None], 0.0, -np.inf)
        part = first + _best_path(scores, skippable[first:last], starts=2 if begin == 0 else 1)
        kept = len(part) if end == frames else _WINDOW // 2 + 1
        path[begin : begin + kept] = part[:kept]
        begin, first = (frames, 0) if end == frames else (begin + kept - 1, int(part[kept - 1]))
    return path


def _frames_needed(skippable: npt.NDArray[np.bool_]) -> Int64:
    """Return how many frames must follow one in each state for the last label to be reached."""
    costs = np.zeros(len(skippable), np.int64)  # of coming to a state from the label before
    costs[1::2] = np.where(skippable[1::2], 1, 2)
    costs[1:2] = 1
    after_label = np.cumsum(costs[1::2][::-1])[::-1]
    needed = np.zeros(len(skippable), np.int64)
    needed[1:-2:2] = after_label[1:]
    needed[0:-1:2] = np.where(np.arange(len(after_label)) == 0, after_label, needed[1::2] + 1)
    return needed


def _best_path(scores: Float64, skippable: npt.NDArray[np.bool_], starts: int) -> Int64:
    """Return the likeliest state of each frame, each the same as before, the next, or the one after a skippable.

    Args:
        scores: of each state in each frame, shape (frames, states).
        skippable: whether the state before each may be left out.
        starts: how many of the first states it may begin in.
    """
    frames, states = scores.shape
    came_from = np.zeros((frames, states), np.int8)
    best = np.full(states, -np.inf)
    best[:starts] = scores[0, :starts]
    choices = np.full((3, states), -np.inf)
    for frame in range(1, frames):
        choices[0] = best
        choices[1, 1:] = best[:-1]
        choices[2, 2:] = np.where(skippable[2:], best[:-2], -np.inf)
        came_from[frame] = choices.argmax(axis=0)
        best = choices.max(axis=0) + scores[frame]
    path = np.empty(frames, np.int64)
    state = int(np.argmax(best))
    for frame in reversed(range(frames)):
        path[frame] = state
        state -= int(came_from[frame, state])
    return path
