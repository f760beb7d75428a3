import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqpipe.network.ctc import Grammar, GreedyState, ctc_beam_search, ctc_greedy, ctc_loss
from tests import naive_losses as naive


def _ragged(sequences, dtype=np.int32):
    offsets = np.cumsum([0, *map(len, sequences)])
    return np.array([item for sequence in sequences for item in sequence], dtype), offsets


@pytest.mark.parametrize("blank", [0, 2])
@pytest.mark.parametrize("target", [(), (1,), (1, 1), (1, 3), (1, 3, 1), (3, 3, 1)])
@pytest.mark.parametrize("frames", [0, 1, 2, 4, 5])
def test_loss_sums_over_all_paths(rng, frames, target, blank):
    logits = 2 * rng.normal(size=(frames, 4))
    expected = -naive.ctc_log_probabilities(logits, blank).get(target, -np.inf)
    loss, _ = ctc_loss(logits, *_ragged([[0] * frames])[1:], *_ragged([target]), blank=blank)
    np.testing.assert_allclose(loss[0], expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("scale", [100, 1000])
def test_probabilities_beyond_the_range_of_floats_are_not_lost(rng, scale):
    for _ in range(20):
        logits = scale * rng.normal(size=(6, 3))
        exact = naive.ctc_log_probabilities(logits)
        for target in ((1,), (1, 2), (2, 2), (1, 2, 1)):
            loss, gradient = ctc_loss(logits, np.array([0, 6]), *_ragged([target]))
            np.testing.assert_allclose(loss[0], -exact[target], rtol=1e-9, atol=1e-9)
            assert np.isfinite(gradient).all()
            np.testing.assert_allclose(gradient.sum(axis=1), 0, atol=1e-9)


@given(
    scale=st.sampled_from([0.0, 1.0, 10.0, 40.0, 150.0]),
    blank_bias=st.sampled_from([0.0, 9.0, 40.0]),
    frames=st.integers(1, 70),
    target=st.lists(st.integers(1, 3), max_size=40),
    seed=st.integers(0, 1000),
)
def test_loss_is_that_of_the_forward_algorithm_in_log_space(scale, blank_bias, frames, target, seed):
    logits = scale * np.random.default_rng(seed).normal(size=(frames, 4))
    logits[:, 0] += blank_bias
    expected = -naive.ctc_log_probability(logits, target)
    loss, gradient = ctc_loss(logits, np.array([0, frames]), *_ragged([target]))
    np.testing.assert_allclose(loss[0], expected, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(gradient.sum(axis=1), 0, atol=1e-9)


def test_a_path_that_is_unlikely_at_first_and_at_last_is_not_lost():
    """Two ways: 1 early and 2 late, which is likely at both ends, and the other way about, which is in between."""
    logits = np.zeros((120, 3))
    logits[:40, 2], logits[40:80, 1], logits[80:, 2] = -300.0, 300.0, -300.0
    logits[40:80, 0] = -300.0
    loss, gradient = ctc_loss(logits, np.array([0, 120]), np.array([2, 1, 2], np.int32), np.array([0, 3]))
    np.testing.assert_allclose(loss[0], -naive.ctc_log_probability(logits, [2, 1, 2]), rtol=1e-9)
    np.testing.assert_allclose(gradient.sum(axis=1), 0, atol=1e-9)


def _batch(rng, dtype=np.float64):
    """Frames and targets of five records: usual, repeats, empty target, impossible, no frames."""
    targets = [(1, 2, 3), (2, 2), (), (1, 1, 1, 1), ()]
    frames = [8, 5, 3, 4, 0]
    offsets = np.cumsum([0, *frames])
    return rng.normal(size=(offsets[-1], 5)).astype(dtype), offsets, *_ragged(targets)


def test_gradient_is_that_of_finite_differences(rng):
    logits, offsets, targets, target_offsets = _batch(rng)
    weights = np.array([1.0, 0.5, 2.0, 1.0, 1.0])
    losses, gradient = ctc_loss(logits, offsets, targets, target_offsets, weights)
    assert np.isinf(losses[3])
    assert losses[4] == 0
    assert not gradient[offsets[3] : offsets[4]].any()

    def loss():
        losses, _ = ctc_loss(logits, offsets, targets, target_offsets, weights)
        return losses[np.isfinite(losses)].sum()

    np.testing.assert_allclose(gradient, naive.finite_differences(loss, logits), rtol=1e-6, atol=1e-8)


def test_weight_zero_masks_even_what_is_impossible(rng):
    logits, offsets, targets, target_offsets = _batch(rng)
    losses, gradient = ctc_loss(logits, offsets, targets, target_offsets, np.zeros(5))
    assert not losses.any()
    assert not gradient.any()


def test_float32_is_near_float64_over_a_long_sequence(rng):
    logits = rng.normal(size=(3000, 20)).astype(np.float32)
    targets = rng.integers(1, 20, 400).astype(np.int32)
    bounds = np.array([0, 3000]), np.array([0, 400])
    loss, gradient = ctc_loss(logits, bounds[0], targets, bounds[1])
    exact, exact_gradient = ctc_loss(logits.astype(np.float64), bounds[0], targets, bounds[1])
    np.testing.assert_allclose(loss, exact, rtol=1e-6)
    np.testing.assert_allclose(gradient, exact_gradient, atol=1e-5)


def test_a_record_alone_has_the_same_bits(rng):
    logits, offsets, targets, target_offsets = _batch(rng, np.float32)
    losses, gradient = ctc_loss(logits, offsets, targets, target_offsets)
    for record in range(len(losses)):
        begin, end = offsets[record : record + 2]
        target = targets[target_offsets[record] : target_offsets[record + 1]]
        alone = ctc_loss(logits[begin:end], np.array([0, end - begin]), target, np.array([0, len(target)]))
        assert alone[0][0] == losses[record]
        assert (alone[1] == gradient[begin:end]).all()


def test_targets_with_a_blank_or_out_of_range_are_refused(rng):
    logits, offsets, targets, target_offsets = _batch(rng)
    with pytest.raises(ValueError, match="blank"):
        ctc_loss(logits, offsets, targets, target_offsets, blank=1)
    with pytest.raises(ValueError, match="targets must be from 0 to 4"):
        ctc_loss(logits, offsets, targets + 3, target_offsets)


def test_greedy_is_the_twins(rng):
    logits = rng.normal(size=(40, 4))
    offsets = np.array([0, 15, 15, 40])
    emissions, _ = ctc_greedy(logits, offsets, blank=1)
    for row in range(3):
        expected = naive.greedy(logits[offsets[row] : offsets[row + 1]], blank=1) if row != 1 else []
        found = slice(*emissions.offsets[row : row + 2])
        assert emissions.labels[found].tolist() == [label for label, *_ in expected]
        assert emissions.spans[found].tolist() == [[begin, end] for _, begin, end, _ in expected]
        np.testing.assert_allclose(emissions.probabilities[found], [mean for *_, mean in expected], rtol=1e-12)


@given(cuts=st.lists(st.integers(0, 30), max_size=6), seed=st.integers(0, 1000))
@settings(deadline=None)
def test_greedy_in_chunks_gives_the_same_bits(cuts, seed):
    logits = np.random.default_rng(seed).normal(size=(30, 3)).astype(np.float32)
    whole, _ = ctc_greedy(logits, np.array([0, 30]))
    state, parts = GreedyState.initial(1), []
    bounds = [0, *sorted(cuts), 30]
    for begin, end in itertools.pairwise(bounds):
        part, state = ctc_greedy(logits[begin:end], np.array([0, end - begin]), state, final=False)
        parts.append(part)
    parts.append(ctc_greedy(logits[:0], np.array([0, 0]), state)[0])
    for field in ("labels", "spans", "probabilities"):
        assert (np.concatenate([getattr(part, field) for part in parts]) == getattr(whole, field)).all()


@pytest.mark.parametrize("blank", [0, 2])
def test_beam_search_with_a_huge_beam_is_exact(rng, blank):
    logits = 2 * rng.normal(size=(9, 3))
    offsets = np.array([0, 5, 5, 9])
    found = ctc_beam_search(logits, offsets, beam_width=500, hypotheses=500, blank=blank)
    for record in range(3):
        expected = naive.ctc_log_probabilities(logits[offsets[record] : offsets[record + 1]], blank)
        ranked = sorted(expected.items(), key=lambda item: -item[1])
        begin, end = found.record_offsets[record : record + 2]
        labels = [tuple(found.labels[found.offsets[i] : found.offsets[i + 1]].tolist()) for i in range(begin, end)]
        assert labels == [sequence for sequence, _ in ranked]
        np.testing.assert_allclose(found.scores[begin:end], [score for _, score in ranked], rtol=1e-10, atol=1e-12)


def test_a_narrow_beam_never_scores_above_the_truth_and_merges_prefixes(rng):
    for _ in range(30):
        logits = rng.normal(size=(7, 3))
        exact = naive.ctc_log_probabilities(logits)
        found = ctc_beam_search(logits, np.array([0, 7]), beam_width=4, hypotheses=4)
        labels = [tuple(found.labels[a:b].tolist()) for a, b in zip(found.offsets, found.offsets[1:], strict=False)]
        assert len(set(labels)) == len(labels) == 4
        assert (np.diff(found.scores) <= 0).all()
        for sequence, score in zip(labels, found.scores, strict=True):
            assert score <= exact[sequence] + 1e-12


def test_beam_search_passes_over_labels_under_the_minimum():
    logits = np.log(np.array([[0.5, 0.4, 0.1]]))
    offsets = np.array([0, 1])
    every = ctc_beam_search(logits, offsets, 10, 10)
    likely = ctc_beam_search(logits, offsets, 10, 10, minimum_log_probability=np.log(0.2))
    assert every.labels.tolist() == [1, 2]
    assert likely.labels.tolist() == [1]


def test_beam_search_of_a_record_alone_has_the_same_bits(rng):
    logits = rng.normal(size=(30, 6)).astype(np.float32)
    offsets = np.array([0, 12, 12, 30])
    found = ctc_beam_search(logits, offsets, 5)
    for record in range(3):
        begin, end = offsets[record : record + 2]
        alone = ctc_beam_search(logits[begin:end], np.array([0, end - begin]), 5)
        assert alone.labels.tolist() == found.labels[found.offsets[record] : found.offsets[record + 1]].tolist()
        assert alone.scores[0] == found.scores[record]


@pytest.mark.parametrize("blank", [0, 2])
def test_beam_search_with_a_grammar_ranks_by_the_sum_of_both(rng, blank):
    logits, offsets = 2 * rng.normal(size=(9, 3)), np.array([0, 5, 9])
    grammar = Grammar(rng.normal(size=(4, 3)), rng.integers(0, 4, (4, 3)).astype(np.int32), rng.normal(size=4))

    def worth(sequence):
        state, total = 0, 0.0
        for label in sequence:
            total, state = total + grammar.scores[state, label], grammar.successors[state, label]
        return total + grammar.ends[state]

    found = ctc_beam_search(logits, offsets, 500, 500, blank=blank, grammar=grammar)
    for record in range(2):
        exact = naive.ctc_log_probabilities(logits[offsets[record] : offsets[record + 1]], blank)
        ranked = sorted(((score + worth(sequence), sequence) for sequence, score in exact.items()), reverse=True)
        begin, end = found.record_offsets[record : record + 2]
        labels = [tuple(found.labels[found.offsets[i] : found.offsets[i + 1]].tolist()) for i in range(begin, end)]
        assert labels == [sequence for _, sequence in ranked]
        np.testing.assert_allclose(found.scores[begin:end], [score for score, _ in ranked], rtol=1e-10, atol=1e-12)


def test_a_grammar_whose_parts_do_not_fit_is_refused():
    scores, successors = np.zeros((2, 3)), np.zeros((2, 3), np.int32)
    with pytest.raises(ValueError, match="different numbers"):
        Grammar(scores, successors, np.zeros(3))
    with pytest.raises(ValueError, match="successors must be from 0 to 1"):
        Grammar(scores, successors + 2, np.zeros(2))
    with pytest.raises(ValueError, match="the grammar's labels"):
        ctc_beam_search(np.zeros((2, 4)), np.array([0, 2]), 2, grammar=Grammar(scores, successors, np.zeros(2)))
