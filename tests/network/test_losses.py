import numpy as np
import pytest

from seqpipe.network.losses import bernoulli_cross_entropy, softmax_cross_entropy, weighted_cross_entropy
from tests import naive_losses as naive


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("width", [1, 2, 7, 40])
def test_cross_entropy_is_the_twins(rng, smoothing, width):
    logits = 5 * rng.normal(size=(9, width))
    targets = rng.integers(-1, width, 9).astype(np.int32)
    weights = rng.random(9)
    losses, gradient = softmax_cross_entropy(logits, targets, weights, smoothing)
    np.testing.assert_allclose(losses, naive.cross_entropy(logits, targets, weights, smoothing), rtol=1e-12, atol=1e-12)
    expected = naive.finite_differences(lambda: softmax_cross_entropy(logits, targets, weights, smoothing)[0], logits)
    np.testing.assert_allclose(gradient, expected, rtol=1e-6, atol=1e-8)


def test_cross_entropy_in_float32_and_with_huge_logits(rng):
    logits = (1000 * rng.normal(size=(20, 500))).astype(np.float32)
    targets = rng.integers(0, 500, 20).astype(np.int32)
    losses, gradient = softmax_cross_entropy(logits, targets)
    expected, expected_gradient = softmax_cross_entropy(logits.astype(np.float64), targets)
    np.testing.assert_allclose(losses, expected, rtol=1e-5)
    np.testing.assert_allclose(gradient, expected_gradient, atol=1e-5)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_a_label_counts_as_much_as_its_weight_says(rng, smoothing):
    logits, targets = 5 * rng.normal(size=(9, 4)), rng.integers(-1, 4, 9).astype(np.int32)
    label_weights = np.array([1.0, 10.0, 0.5, 3.0])
    losses, gradient = weighted_cross_entropy(logits, targets, label_weights, smoothing)
    for row, target in enumerate(targets):
        wanted = (1 - smoothing) * np.eye(4)[target] + smoothing / 4
        expected = -(label_weights * wanted * naive.log_softmax(logits[row])).sum() if target >= 0 else 0.0
        np.testing.assert_allclose(losses[row], expected, rtol=1e-12)
    numeric = naive.finite_differences(
        lambda: weighted_cross_entropy(logits, targets, label_weights, smoothing)[0], logits
    )
    np.testing.assert_allclose(gradient, numeric, rtol=1e-6, atol=1e-8)
    assert weighted_cross_entropy(logits.astype(np.float32), targets, label_weights, smoothing)[1].dtype == np.float32


def test_ignored_rows_have_no_loss_and_no_gradient(rng):
    logits = rng.normal(size=(3, 4))
    losses, gradient = softmax_cross_entropy(logits, np.array([-1, 2, 1], np.int32), np.array([1.0, 1.0, 0.0]))
    assert losses[0] == losses[2] == 0 < losses[1]
    assert not gradient[[0, 2]].any()


@pytest.mark.parametrize("targets", [[0, 4], [-2, 0], [0]])
def test_targets_out_of_range_are_refused(targets):
    with pytest.raises(ValueError, match="targets"):
        softmax_cross_entropy(np.zeros((2, 4)), np.array(targets, np.int32))


def test_bernoulli_is_the_twins(rng):
    logits = 3 * rng.normal(size=(6, 5))
    targets = rng.integers(0, 2, (6, 5)).astype(np.uint8)
    weights = rng.random(6)
    weights[2] = 0
    losses, gradient = bernoulli_cross_entropy(logits, targets, weights)
    np.testing.assert_allclose(losses, naive.bernoulli(logits, targets, weights), rtol=1e-12)
    expected = naive.finite_differences(lambda: bernoulli_cross_entropy(logits, targets, weights)[0], logits)
    np.testing.assert_allclose(gradient, expected, rtol=1e-6, atol=1e-9)


def test_bernoulli_of_huge_logits_is_finite():
    logits = np.array([[1000.0, -1000.0], [1000.0, -1000.0]], np.float32)
    losses, gradient = bernoulli_cross_entropy(logits, np.array([[1, 0], [0, 1]], np.uint8))
    assert losses.tolist() == [0, 2000]
    assert gradient.tolist() == [[0, 0], [1, -1]]


def test_bernoulli_refuses_targets_of_another_shape():
    with pytest.raises(ValueError, match="shape"):
        bernoulli_cross_entropy(np.zeros((2, 3)), np.zeros((2, 4), np.uint8))


def test_a_row_alone_has_the_same_bits(rng):
    logits = rng.normal(size=(6, 33)).astype(np.float32)
    targets = rng.integers(0, 33, 6).astype(np.int32)
    losses, gradient = softmax_cross_entropy(logits, targets, None, 0.1)
    for row in range(6):
        alone = softmax_cross_entropy(logits[row : row + 1].copy(), targets[row : row + 1], None, 0.1)
        assert alone[0][0] == losses[row]
        assert (alone[1][0] == gradient[row]).all()
