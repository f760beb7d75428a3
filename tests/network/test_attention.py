import numpy as np
import pytest

from seqpipe.network.attention import dot_attention, dot_attention_backward
from tests import naive_attention as naive
from tests.naive_losses import finite_differences

OFFSETS = np.array([0, 4, 4, 15])
ROWS = np.array([2, 0, 1, 2, 0])


def _problem(rng, dtype=np.float64, width=11):
    shapes = (5, width), (15, width), (15, 3)
    return tuple(rng.normal(size=shape).astype(dtype) for shape in shapes)


@pytest.mark.parametrize("width", [1, 8, 11])
def test_contexts_and_weights_are_the_twins(rng, width):
    queries, keys, memory = _problem(rng, width=width)
    attended = dot_attention(queries, ROWS, keys, memory, OFFSETS)
    for i, row in enumerate(ROWS):
        part = slice(*OFFSETS[row : row + 2])
        context, weights = naive.attend(queries[i], keys[part], memory[part])
        np.testing.assert_allclose(attended.contexts[i], context, rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(attended.weights[slice(*attended.offsets[i : i + 2])], weights, rtol=1e-10)


def test_gradients_are_those_of_finite_differences(rng):
    problem = _problem(rng)
    queries, keys, memory = problem
    grad_contexts = rng.normal(size=(5, 3))

    def loss():
        return dot_attention(queries, ROWS, keys, memory, OFFSETS).contexts * grad_contexts

    attended = dot_attention(queries, ROWS, keys, memory, OFFSETS)
    gradients = dot_attention_backward(queries, ROWS, keys, memory, OFFSETS, attended, grad_contexts)
    for array, gradient in zip(problem, gradients, strict=True):
        np.testing.assert_allclose(gradient, finite_differences(loss, array), rtol=1e-6, atol=1e-9)


def test_a_query_alone_has_the_same_bits(rng):
    queries, keys, memory = _problem(rng, np.float32)
    many = dot_attention(queries, ROWS, keys, memory, OFFSETS)
    for i, row in enumerate(ROWS):
        part = slice(*OFFSETS[row : row + 2])
        bounds = np.array([0, part.stop - part.start])
        one = dot_attention(queries[i : i + 1], np.array([0]), keys[part], memory[part], bounds)
        assert (one.contexts[0] == many.contexts[i]).all()


def test_rows_and_keys_that_do_not_fit_are_refused(rng):
    queries, keys, memory = _problem(rng)
    with pytest.raises(ValueError, match="rows must be from 0 to 2"):
        dot_attention(queries, ROWS + 1, keys, memory, OFFSETS)
    with pytest.raises(ValueError, match="keys"):
        dot_attention(queries, ROWS, memory, memory, OFFSETS)
