import itertools

import numpy as np
import pytest

from seqpipe.network.crf import crf_loss, crf_viterbi
from tests import naive_losses as naive

OFFSETS = np.array([0, 4, 4, 5, 8])
LABELS = np.array([0, 2, 1, 1, 2, 0, -1, -1], np.int32)


def _problem(rng, dtype=np.float64):
    shapes = (8, 3), (3, 3), (3,), (3,)
    return tuple(2 * rng.normal(size=shape).astype(dtype) for shape in shapes)


def _records():
    return [slice(a, b) for a, b in itertools.pairwise(OFFSETS)]


def test_loss_is_that_of_all_labellings(rng):
    emissions, *parameters = _problem(rng)
    weights = np.array([1.0, 1.0, 0.5, 2.0])
    losses, _ = crf_loss(emissions, OFFSETS, LABELS, *parameters, weights)
    for record, part in enumerate(_records()):
        _, every = naive.crf_labellings(emissions[part], *parameters)
        _, given = naive.crf_labellings(emissions[part], *parameters, LABELS[part])
        expected = weights[record] * (naive.log_sum(every) - naive.log_sum(given))
        np.testing.assert_allclose(losses[record], expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("scale", [30, 100, 1000])
def test_scores_beyond_the_range_of_floats_are_not_lost(rng, scale):
    for _ in range(10):
        problem = [scale * array for array in _problem(rng)]
        emissions, *parameters = problem
        losses, gradients = crf_loss(emissions, OFFSETS, LABELS, *parameters)
        for record, part in enumerate(_records()):
            _, every = naive.crf_labellings(emissions[part], *parameters)
            _, given = naive.crf_labellings(emissions[part], *parameters, LABELS[part])
            expected = naive.log_sum(every) - naive.log_sum(given)
            np.testing.assert_allclose(losses[record], expected, rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(gradients.emissions.sum(axis=1), 0, atol=1e-9)
        np.testing.assert_allclose(gradients.transitions.sum(), 0, atol=1e-9)


@pytest.mark.parametrize("width", [1, 2, 8, 17, 33])
def test_log_space_and_scaled_products_agree(rng, width):
    """Scores that are far from the others, but of no labelling that counts, make the kernel turn to log space."""
    offsets, labels = np.array([0, 40, 41]), rng.integers(-1, width, 41).astype(np.int32)
    shapes = (41, width), (width, width), (width,), (width,)
    problem = [rng.normal(size=shape) for shape in shapes]
    scaled = crf_loss(problem[0], offsets, labels, *problem[1:])
    wider = [np.full([size + 1 for size in shape], -1000.0) for shape in shapes]
    wider[0] = np.full((41, width + 1), -1000.0)
    for array, wide in zip(problem, wider, strict=True):
        wide[tuple(slice(size) for size in array.shape)] = array
    in_log_space = crf_loss(wider[0], offsets, labels, *wider[1:])
    np.testing.assert_allclose(scaled[0], in_log_space[0], rtol=1e-11, atol=1e-11)
    for found, wide in zip(scaled[1], in_log_space[1], strict=True):
        np.testing.assert_allclose(found, wide[tuple(slice(size) for size in found.shape)], rtol=1e-10, atol=1e-12)


def test_float32_is_near_float64(rng):
    shapes = (400, 20), (20, 20), (20,), (20,)
    problem = [rng.normal(size=shape).astype(np.float32) for shape in shapes]
    labels, offsets = rng.integers(0, 20, 400).astype(np.int32), np.array([0, 400])
    losses, gradients = crf_loss(problem[0], offsets, labels, *problem[1:])
    exact, exact_gradients = crf_loss(
        problem[0].astype(float), offsets, labels, *(a.astype(float) for a in problem[1:])
    )
    np.testing.assert_allclose(losses, exact, rtol=1e-7)
    for found, expected in zip(gradients, exact_gradients, strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-5)


def test_partial_labels_that_nothing_allows_have_an_infinite_loss(rng):
    emissions, transitions, start, stop = _problem(rng)
    transitions[0] = -np.inf
    losses, gradients = crf_loss(
        emissions[:3], np.array([0, 3]), np.array([-1, 0, -1], np.int32), transitions, start, stop
    )
    assert np.isinf(losses[0])
    assert not any(gradient.any() for gradient in gradients)


def test_gradients_are_those_of_finite_differences(rng):
    problem = _problem(rng)
    emissions, *parameters = problem
    weights = np.array([1.0, 1.0, 0.5, 2.0])

    def loss():
        return crf_loss(emissions, OFFSETS, LABELS, *parameters, weights)[0].sum()

    _, gradients = crf_loss(emissions, OFFSETS, LABELS, *parameters, weights)
    for array, gradient in zip(problem, gradients, strict=True):
        np.testing.assert_allclose(gradient, naive.finite_differences(loss, array), rtol=1e-6, atol=1e-8)


def test_a_record_without_any_known_label_loses_nothing(rng):
    emissions, *parameters = _problem(rng)
    losses, gradients = crf_loss(emissions, OFFSETS, np.full(8, -1, np.int32), *parameters)
    assert not losses.any()
    np.testing.assert_allclose(gradients.emissions, 0, atol=1e-12)


def test_forbidden_labellings_have_an_infinite_loss_and_no_gradient(rng):
    emissions, transitions, start, stop = _problem(rng)
    transitions[2, 1] = -np.inf
    losses, gradients = crf_loss(emissions, OFFSETS, LABELS, transitions, start, stop)
    assert np.isinf(losses[0])
    assert np.isfinite(losses[1:]).all()
    assert all(np.isfinite(gradient).all() for gradient in gradients)
    assert not gradients.emissions[:4].any()
    assert gradients.transitions[2, 1] == 0
    labels, scores = crf_viterbi(emissions, OFFSETS, transitions, start, stop)
    assert np.isfinite(scores).all()
    assert not any(
        (a, b) == (2, 1) for part in _records() for a, b in zip(labels[part], labels[part][1:], strict=False)
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_viterbi_finds_the_best_labelling(rng, dtype):
    for _ in range(10):
        emissions, *parameters = _problem(rng, dtype)
        labels, scores = crf_viterbi(emissions, OFFSETS, *parameters)
        for record, part in enumerate(_records()):
            labellings, every = naive.crf_labellings(emissions[part], *parameters)
            assert tuple(labels[part]) == labellings[int(np.argmax(every))]
            np.testing.assert_allclose(scores[record], max(every), rtol=1e-5)


def test_the_gradient_of_emissions_is_what_knowing_the_labels_takes_from_their_probabilities(rng):
    emissions, *parameters = _problem(rng)
    gradient = crf_loss(emissions, OFFSETS, LABELS, *parameters)[1].emissions
    for part in _records():
        free, tied = (_probabilities(emissions[part], parameters, known) for known in (None, LABELS[part]))
        np.testing.assert_allclose(gradient[part], free - tied, rtol=1e-10, atol=1e-12)


def _probabilities(emissions, parameters, known):
    """Return the probability of each label at each position, summed over all labellings that agree with the known."""
    labellings, scores = naive.crf_labellings(emissions, *parameters, known)
    found = np.zeros(emissions.shape)
    for labelling, probability in zip(labellings, np.exp(np.array(scores) - naive.log_sum(scores)), strict=True):
        found[np.arange(len(labelling)), list(labelling)] += probability
    return found


def test_a_record_alone_has_the_same_bits(rng):
    emissions, *parameters = _problem(rng, np.float32)
    losses, gradients = crf_loss(emissions, OFFSETS, LABELS, *parameters)
    labels, scores = crf_viterbi(emissions, OFFSETS, *parameters)
    for record, part in enumerate(_records()):
        offsets = np.array([0, part.stop - part.start])
        alone, alone_gradients = crf_loss(emissions[part], offsets, LABELS[part], *parameters)
        assert alone[0] == losses[record]
        assert (alone_gradients.emissions == gradients.emissions[part]).all()
        assert (crf_viterbi(emissions[part], offsets, *parameters)[0] == labels[part]).all()
        assert crf_viterbi(emissions[part], offsets, *parameters)[1][0] == scores[record]


def test_labels_and_shapes_that_do_not_fit_are_refused(rng):
    emissions, transitions, start, stop = _problem(rng)
    with pytest.raises(ValueError, match="labels"):
        crf_loss(emissions, OFFSETS, LABELS + 1, transitions, start, stop)
    with pytest.raises(ValueError, match="transitions"):
        crf_viterbi(emissions, OFFSETS, transitions[:2].copy(), start, stop)
    with pytest.raises(ValueError, match="offsets"):
        crf_viterbi(emissions, OFFSETS[:-1], transitions, start, stop)
