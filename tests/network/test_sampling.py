from itertools import product

import numpy as np
import pytest

from seqpipe.network.sampling import log_softmax, sample, sample_keys, softmax, uniforms
from tests import naive_losses as naive

UNIFORMS = (np.arange(20000) + 0.5) / 20000


def _shares(logits, **options):
    """Return how often every label is drawn, and each label's log probability (NaN if it is never drawn)."""
    labels, log_probabilities = sample(np.tile(logits, (len(UNIFORMS), 1)), UNIFORMS, **options)
    found = np.full(len(logits), np.nan)
    found[labels] = log_probabilities
    return np.bincount(labels, minlength=len(logits)) / len(labels), found


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_softmax_is_the_twins(rng, dtype):
    logits = (10 * rng.normal(size=(5, 37))).astype(dtype)
    expected = naive.log_softmax(logits.astype(np.float64))
    np.testing.assert_allclose(log_softmax(logits), expected, rtol=1e-5)
    np.testing.assert_allclose(softmax(logits), np.exp(expected), rtol=1e-5)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_labels_are_drawn_as_often_as_they_are_likely(rng, temperature):
    logits = rng.normal(size=9)
    shares, log_probabilities = _shares(logits, temperature=temperature)
    np.testing.assert_allclose(shares, np.exp(naive.log_softmax(logits / temperature)), atol=2e-4)
    np.testing.assert_allclose(log_probabilities, naive.log_softmax(logits), rtol=1e-12)


@pytest.mark.parametrize(
    ("options", "kept"), [({"top_k": 2}, 2), ({"top_p": 0.75}, 3), ({"top_p": 0.75, "top_k": 1}, 1)]
)
def test_only_the_likeliest_are_drawn(options, kept):
    probabilities = np.array([0.05, 0.4, 0.2, 0.3, 0.05])
    expected = np.zeros(5)
    likeliest = np.argsort(-probabilities)[:kept]
    expected[likeliest] = probabilities[likeliest] / probabilities[likeliest].sum()
    np.testing.assert_allclose(_shares(np.log(probabilities), **options)[0], expected, atol=2e-4)


def test_temperature_zero_takes_the_first_of_the_likeliest():
    labels, _ = sample(np.array([[1.0, 3.0, 3.0, 2.0]]), np.array([0.99]), temperature=0)
    assert labels.tolist() == [1]


def test_any_uniform_draws_a_label(rng):
    logits = rng.normal(size=(2, 5)).astype(np.float32)
    for options in ({}, {"top_k": 3}, {"top_p": 0.5}):
        labels, log_probabilities = sample(logits, np.array([0.0, np.nextafter(1.0, 0.0)]), **options)
        assert ((labels >= 0) & (labels < 5)).all()
        assert np.isfinite(log_probabilities).all()


@pytest.mark.parametrize("options", [{"temperature": -1}, {"top_k": 0}, {"top_p": 0.0}, {"top_p": 1.5}])
def test_impossible_options_are_refused(options):
    with pytest.raises(ValueError, match="cannot sample"):
        sample(np.zeros((1, 2)), np.zeros(1), **options)


def test_the_random_numbers_of_a_row_are_its_own():
    together = np.stack(list(uniforms([1, 2, 3], 7, 150, 2)))
    assert together.shape == (150, 3, 2)
    assert ((together >= 0) & (together < 1)).all()
    alone = np.stack(list(uniforms([2], 7, 150, 2)))
    np.testing.assert_array_equal(together[:, 1:2], alone)
    assert len(np.unique(together)) == together.size
    assert not np.array_equal(alone, np.stack(list(uniforms([2], 8, 150, 2))))


def test_more_steps_begin_with_the_same_numbers():
    few, many = (np.stack(list(uniforms([1], 0, steps, 3))) for steps in (70, 200))
    np.testing.assert_array_equal(few, many[:70])


@pytest.mark.parametrize(("fewest", "most"), [(0, None), (2, 3), (1, 1), (4, 4), (0, 2)])
@pytest.mark.parametrize("temperature", [1.0, 0.5])
def test_keys_are_drawn_given_how_many_there_are(rng, fewest, most, temperature):
    logits = np.array([0.5, -1.0, 2.0, -3.0], np.float32)
    on = 1 / (1 + np.exp(-logits.astype(np.float64) / temperature))
    sets = np.array(list(product([False, True], repeat=4)))
    possible = (sets.sum(axis=1) >= fewest) & (sets.sum(axis=1) <= (4 if most is None else most))
    expected = np.where(possible, np.prod(np.where(sets, on, 1 - on), axis=1), 0.0)
    drawn = sample_keys(np.tile(logits, (40_000, 1)), rng.random((40_000, 4)), temperature, fewest, most)
    found = np.bincount(drawn @ [8, 4, 2, 1], minlength=16) / len(drawn)
    np.testing.assert_allclose(found, expected / expected.sum(), atol=0.01)


def test_at_temperature_zero_keys_are_the_likeliest():
    logits = np.array([[0.5, -1.0, 2.0, -3.0]], np.float32)
    numbers = np.full((1, 4), 0.99)
    for fewest, most, expected in ((0, None, [0, 2]), (3, 4, [0, 1, 2]), (0, 1, [2])):
        assert np.flatnonzero(sample_keys(logits, numbers, 0, fewest, most)).tolist() == expected


def test_impossible_keys_are_drawn_if_so_many_must_be():
    drawn = sample_keys(np.full((3, 88), -1e4, np.float32), np.full((3, 88), 0.5), 0.1, 5, 5)
    assert drawn.sum(axis=1).tolist() == [5, 5, 5]
