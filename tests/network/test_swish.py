import numpy as np
import pytest

from seqpipe.network.swish import swish, swish_gradient


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_swish_and_its_gradient_are_those_of_the_formula(rng, dtype):
    values = np.concatenate([rng.normal(size=(40, 5)) * 5, [[0, -80, 80, -1e4, 1e4]]]).astype(dtype)
    exact = values.astype(np.float64)
    logistic = 1 / (1 + np.exp(-np.clip(exact, -700, None)))
    tolerance = {"rtol": 1e-6, "atol": 2e-6} if dtype == np.float32 else {"rtol": 1e-13, "atol": 1e-13}
    np.testing.assert_allclose(swish(values), exact * logistic, **tolerance)
    gradient = rng.normal(size=values.shape).astype(dtype)
    expected = gradient * logistic * (1 + exact * (1 - logistic))
    np.testing.assert_allclose(swish_gradient(values, gradient), expected, **tolerance)


def test_swish_may_replace_its_values(rng):
    values = rng.normal(size=(7, 3)).astype(np.float32)
    expected = swish(values)
    assert swish(values, out=values) is values
    assert np.array_equal(values, expected)
