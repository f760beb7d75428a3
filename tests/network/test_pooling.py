import numpy as np

from seqpipe.network import pooling
from tests.naive_attention import attend
from tests.naive_losses import finite_differences

OFFSETS = np.array([0, 3, 3, 8, 9])
PARTS = [slice(0, 3), slice(3, 3), slice(3, 8), slice(8, 9)]


def _expected(values, reduce):
    return np.array([reduce(values[part]) if part.start < part.stop else np.zeros(values.shape[1]) for part in PARTS])


def test_pooled_rows_are_the_twins(rng):
    values = rng.normal(size=(9, 4))
    np.testing.assert_allclose(pooling.mean_pool(values, OFFSETS), _expected(values, lambda part: part.mean(axis=0)))
    np.testing.assert_array_equal(
        pooling.max_pool(values, OFFSETS)[0], _expected(values, lambda part: part.max(axis=0))
    )
    query = rng.normal(size=4)
    expected = _expected(values, lambda part: attend(query, part, part)[0])
    np.testing.assert_allclose(pooling.attention_pool(values, OFFSETS, query).contexts, expected, rtol=1e-12)


def test_gradients_are_those_of_finite_differences(rng):
    values, gradient, query = rng.normal(size=(9, 4)), rng.normal(size=(4, 4)), rng.normal(size=4)

    def pool_all():
        """Return every pooling's loss, by name."""
        pooled = {
            "mean": pooling.mean_pool(values, OFFSETS),
            "max": pooling.max_pool(values, OFFSETS)[0],
            "attention": pooling.attention_pool(values, OFFSETS, query).contexts,
        }
        return {name: rows * gradient for name, rows in pooled.items()}

    attended = pooling.attention_pool(values, OFFSETS, query)
    found = {
        "mean": pooling.mean_pool_backward(gradient, OFFSETS),
        "max": pooling.max_pool_backward(gradient, pooling.max_pool(values, OFFSETS)[1], 9),
        "attention": pooling.attention_pool_backward(values, OFFSETS, query, attended, gradient)[0],
    }
    for name, of_values in found.items():
        expected = finite_differences(lambda name=name: pool_all()[name], values)
        np.testing.assert_allclose(of_values, expected, rtol=1e-6, atol=1e-9)
    of_query = pooling.attention_pool_backward(values, OFFSETS, query, attended, gradient)[1]
    expected = finite_differences(lambda: pool_all()["attention"], query)
    np.testing.assert_allclose(of_query, expected, rtol=1e-6, atol=1e-9)


def test_equal_maxima_go_to_the_first(rng):
    _, winners = pooling.max_pool(np.ones((9, 2)), OFFSETS)
    assert winners[:, 0].tolist() == [0, -1, 3, 8]
