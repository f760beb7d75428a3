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
    mean, _ = pooling.mean_pool(values, OFFSETS)
    np.testing.assert_allclose(mean, _expected(values, lambda part: part.mean(axis=0)))
    greatest, _ = pooling.max_pool(values, OFFSETS)
    np.testing.assert_array_equal(greatest, _expected(values, lambda part: part.max(axis=0)))
    query = rng.normal(size=4)
    attended, _ = pooling.attention_pool(values, OFFSETS, query)
    np.testing.assert_allclose(attended, _expected(values, lambda part: attend(query, part, part)[0]), rtol=1e-12)


def test_gradients_are_those_of_finite_differences(rng):
    values, gradient, query = rng.normal(size=(9, 4)), rng.normal(size=(4, 4)), rng.normal(size=4)
    pools = {
        "mean": lambda: pooling.mean_pool(values, OFFSETS),
        "max": lambda: pooling.max_pool(values, OFFSETS),
        "attention": lambda: pooling.attention_pool(values, OFFSETS, query),
    }
    for name, pool in pools.items():
        found = pool()[1](gradient)
        of_values = found[0] if name == "attention" else found
        expected = finite_differences(lambda pool=pool: pool()[0] * gradient, values)
        np.testing.assert_allclose(of_values, expected, rtol=1e-6, atol=1e-9, err_msg=name)
    of_query = pools["attention"]()[1](gradient)[1]
    expected = finite_differences(lambda: pools["attention"]()[0] * gradient, query)
    np.testing.assert_allclose(of_query, expected, rtol=1e-6, atol=1e-9)


def test_the_gradient_of_equal_maxima_goes_to_the_first(rng):
    _, back = pooling.max_pool(np.ones((9, 2)), OFFSETS)
    assert np.flatnonzero(back(np.ones((4, 2)))[:, 0]).tolist() == [0, 3, 8]
