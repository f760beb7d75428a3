"""Forced alignment against all paths."""

import itertools

import numpy as np
import pytest

from seqpipe_audio import alignment
from seqpipe_audio.alignment import align


def log_softmax(logits):
    return logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))


def by_trying_all(log_probabilities, labels):
    """Return the spans of the likeliest path whose repeats merged and blanks removed are the labels."""
    frames, count = log_probabilities.shape
    best, spans = -np.inf, None
    for path in itertools.product(range(count), repeat=frames):
        runs, frame = [], 0
        for label, run in itertools.groupby(path):
            length = len(list(run))
            if label:
                runs.append((label, frame, frame + length))
            frame += length
        score = log_probabilities[np.arange(frames), list(path)].sum()
        if [label for label, *_ in runs] == labels and score > best:
            best, spans = score, [[begin, end] for _, begin, end in runs]
    return spans


@pytest.mark.parametrize("labels", [[], [1], [1, 1], [1, 2], [2, 1, 1], [1, 2, 1], [1, 1, 1]])
def test_alignments_are_the_likeliest_of_all(labels):
    random = np.random.default_rng(3)
    for _ in range(10):
        scores = log_softmax(2 * random.normal(size=(6, 3)))
        spans, certain = align(scores, np.array(labels, np.int32))
        assert spans.tolist() == by_trying_all(scores, labels)
        expected = [np.exp(scores[a:b, label]).mean() for label, (a, b) in zip(labels, spans, strict=True)]
        np.testing.assert_allclose(certain, expected)


@pytest.mark.parametrize("labels", [[1, 1, 2, 2], [1, 2, 1, 2, 1, 2, 1]])
def test_labels_that_just_fit(labels):
    repeats = sum(first == second for first, second in itertools.pairwise(labels))
    scores = log_softmax(np.random.default_rng(1).normal(size=(len(labels) + repeats, 3)))
    assert (np.diff(align(scores, np.array(labels))[0], axis=1) == 1).all()


def long(frames, seed):
    """Return labels, and log probabilities in which they stand out."""
    random = np.random.default_rng(seed)
    labels, scores, frame = [], random.normal(size=(frames, 6)), 0
    scores[:, 0] += 3
    while frame + 6 < frames:
        frame += int(random.integers(1, 4))
        labels.append(int(random.integers(1, 6)))
        scores[frame : frame + 2, labels[-1]] += 8
        frame += 2
    return np.array(labels), log_softmax(scores)


def test_windows_give_what_the_whole_gives(monkeypatch):
    labels, scores = long(3000, 5)
    in_windows, _ = align(scores, labels)
    monkeypatch.setattr(alignment, "_WINDOW", 10_000)
    assert (align(scores, labels)[0] == in_windows).all()


def test_what_is_unlikely_is_aligned_all_the_same():
    scores = log_softmax(np.random.default_rng(2).normal(size=(5000, 4)))
    labels = np.random.default_rng(3).integers(1, 4, 3000)
    spans, _ = align(scores, labels)
    assert (spans[:, 1] > spans[:, 0]).all()
    assert (spans[1:, 0] >= spans[:-1, 1]).all()
