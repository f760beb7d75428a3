"""CTC-CRF against all paths written down, and gradients against finite differences."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqpipe.network.ctc_crf import ctc_crf_loss, ctc_crf_path, ctc_crf_width
from tests import naive_ctc_crf as naive
from tests.naive_losses import finite_differences

SHAPES = [(1, 1, 5), (2, 1, 5), (2, 2, 5), (2, 3, 4), (3, 1, 4), (3, 2, 4)]  # symbols, context, frames


def ragged(sequences, dtype=np.int32):
    offsets = np.cumsum([0, *map(len, sequences)])
    return np.array([item for sequence in sequences for item in sequence], dtype), offsets


@pytest.mark.parametrize("shape", SHAPES)
def test_loss_sums_over_all_paths(rng, shape):
    symbols, context, frames = shape
    logits = rng.normal(size=(frames, ctc_crf_width(symbols, context)))
    expected = naive.log_probabilities(logits, symbols, context)
    assert np.logaddexp.reduce(list(expected.values())) == pytest.approx(0)
    targets = list(expected)
    offsets = np.arange(len(targets) + 1) * frames
    found, _ = ctc_crf_loss(np.tile(logits, (len(targets), 1)), offsets, *ragged(targets), symbols, context)
    np.testing.assert_allclose(found, [-expected[target] for target in targets], rtol=1e-9, atol=1e-11)


def batch(rng, symbols, context, dtype=np.float64):
    """Frames and targets of six records: usual, repeats, empty target, impossible, no frames, as long as its frames."""
    targets = [(0, 1, 1, 0, 1, 0), (1, 1), (), (1, 0, 1, 1, 0), (), (0, 1, 0, 1)]
    offsets = np.cumsum([0, 9, 5, 3, 4, 0, 4])
    logits = rng.normal(size=(offsets[-1], ctc_crf_width(symbols, context))).astype(dtype)
    return logits, offsets, *ragged(targets)


@pytest.mark.parametrize("shape", SHAPES[1:])
def test_gradient_is_that_of_finite_differences(rng, shape):
    symbols, context, _ = shape
    logits, offsets, targets, target_offsets = batch(rng, symbols, context)
    weights = np.array([1.0, 0.5, 2.0, 1.0, 1.0, 0.0])

    def losses():
        return ctc_crf_loss(logits, offsets, targets, target_offsets, symbols, context, weights)

    found, gradient = losses()
    assert np.isinf(found[3])
    assert found[4] == found[5] == 0
    assert not gradient[offsets[3] :].any()
    expected = finite_differences(lambda: np.where(np.isinf(losses()[0]), 0, losses()[0]), logits)
    np.testing.assert_allclose(gradient, expected, rtol=1e-5, atol=1e-8)


def test_float32_is_near_float64(rng):
    logits, offsets, targets, target_offsets = batch(rng, 2, 3, np.float32)
    losses, gradient = ctc_crf_loss(logits, offsets, targets, target_offsets, 2, 3)
    exact, exact_gradient = ctc_crf_loss(logits.astype(np.float64), offsets, targets, target_offsets, 2, 3)
    assert gradient.dtype == np.float32
    np.testing.assert_allclose(losses, exact, rtol=1e-6)
    np.testing.assert_allclose(gradient, exact_gradient, atol=2e-6)


@pytest.mark.parametrize("bias", [-100.0, 0.0, 100.0])
def test_long_sequences_lose_nothing(rng, bias):
    """The target of a network that is sure of something else, where sums in plain floats would be 0."""
    frames, symbols, context = 3000, 4, 2
    logits = rng.normal(size=(frames, 64)) + bias
    target = rng.integers(0, 4, 2000).astype(np.int32)
    offsets, target_offsets = np.array([0, frames]), np.array([0, len(target)])
    loss, gradient = ctc_crf_loss(logits, offsets, target, target_offsets, symbols, context)
    assert 0 < loss[0] < np.inf
    assert np.isfinite(gradient).all()
    for moved in rng.integers(0, logits.size, 4):
        changed = logits.copy()
        changed.flat[moved] += 1e-4
        other, _ = ctc_crf_loss(changed, offsets, target, target_offsets, symbols, context)
        assert (other[0] - loss[0]) / 1e-4 == pytest.approx(gradient.flat[moved], abs=1e-4)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", SHAPES)
def test_best_of_all_paths_is_that_of_the_greatest_posteriors(rng, shape, dtype):
    symbols, context, frames = shape
    for scale in (0.5, 2.0):
        logits = (scale * rng.normal(size=(frames, ctc_crf_width(symbols, context)))).astype(dtype)
        written, places, probabilities = naive.best_path(logits, symbols, context)
        found = ctc_crf_path(logits, np.array([0, frames]), symbols, context)
        assert tuple(found.labels) == written
        assert tuple(found.frames) == places
        np.testing.assert_allclose(found.probabilities, probabilities, rtol=1e-4, atol=1e-6)


@given(lengths=st.lists(st.integers(0, 40), max_size=6), seed=st.integers(0, 1000))
@settings(deadline=None)
def test_a_sequence_alone_has_the_bits_of_the_batch(lengths, seed):
    offsets = np.cumsum([0, *lengths])
    logits = np.random.default_rng(seed).normal(size=(offsets[-1], 256)).astype(np.float32)
    together = ctc_crf_path(logits, offsets, 4, 3)
    for row, length in enumerate(lengths):
        alone = ctc_crf_path(logits[offsets[row] : offsets[row + 1]], np.array([0, length]), 4, 3)
        part = slice(together.offsets[row], together.offsets[row + 1])
        assert np.array_equal(alone.labels, together.labels[part])
        assert np.array_equal(alone.frames, together.frames[part])
        assert np.array_equal(alone.probabilities, together.probabilities[part])
        assert (np.diff(alone.frames) > 0).all()


def test_a_network_that_is_sure_is_taken_at_its_word():
    """Each symbol in a frame of its own, whatever came before it."""
    target = [2, 0, 0, 3, 1]
    logits = np.full((16, 4, 64), -9.0, np.float32)
    for place, symbol in enumerate(target):
        logits[3 * place + 1, symbol] = 9.0
    found = ctc_crf_path(logits.reshape(16, 256), np.array([0, 16]), 4, 3)
    assert found.labels.tolist() == target
    assert found.frames.tolist() == [1, 4, 7, 10, 13]
    assert (found.probabilities > 0.9).all()
    loss, _ = ctc_crf_loss(
        logits.reshape(16, 256), np.array([0, 16]), np.array(target, np.int32), np.array([0, 5]), 4, 3
    )
    assert 0 < loss[0] < 1


def test_what_does_not_fit_is_refused(rng):
    with pytest.raises(ValueError, match="logits must be 16 wide, not 15"):
        ctc_crf_path(rng.normal(size=(3, 15)), np.array([0, 3]), 4, 1)
    with pytest.raises(ValueError, match="1 to 254 symbols and a context of 1 or more"):
        ctc_crf_path(rng.normal(size=(3, 4)), np.array([0, 3]), 4, 0)
    with pytest.raises(ValueError, match="targets must be from 0 to 3"):
        ctc_crf_loss(rng.normal(size=(3, 16)), np.array([0, 3]), np.array([4], np.int32), np.array([0, 1]), 4, 1)
