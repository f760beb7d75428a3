"""The output layer and the embedding."""

import pickle

import numpy as np
import pytest

from seqpipe.network.embedding import embed, embed_gradient
from seqpipe.network.linear import Linear


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float32, 1e-5), (np.float64, 1e-13)])
def test_linear_is_the_affine_map_and_its_gradient(dtype, tolerance, rng):
    weight, bias, inputs, gradient = (
        rng.standard_normal(shape).astype(dtype) for shape in [(7, 20), (7,), (50, 20), (50, 7)]
    )
    layer = Linear(weight, bias)
    np.testing.assert_allclose(layer(inputs), inputs @ weight.T + bias, rtol=0, atol=10 * tolerance)
    outputs, back = layer.forward(inputs)
    assert np.array_equal(outputs, layer(inputs))
    grad_inputs, grad_weight, grad_bias = back(gradient)
    np.testing.assert_allclose(grad_inputs, gradient @ weight, rtol=0, atol=10 * tolerance)
    np.testing.assert_allclose(grad_weight, gradient.T @ inputs, rtol=0, atol=30 * tolerance)
    np.testing.assert_allclose(grad_bias, gradient.sum(0), rtol=0, atol=10 * tolerance)


def test_linear_takes_ids_for_one_hot_vectors(rng):
    layer = Linear(rng.standard_normal((7, 5)).astype(np.float32), rng.standard_normal(7).astype(np.float32))
    ids = np.array([4, -1, 0, 4], np.int32)
    vectors = np.eye(6, 5, dtype=np.float32)[ids]
    assert np.array_equal(layer(ids), layer(vectors))
    gradient = rng.standard_normal((4, 7)).astype(np.float32)
    grad_ids, grad_weight, _ = layer.forward(ids)[1](gradient)
    assert grad_ids is None
    np.testing.assert_allclose(grad_weight, layer.forward(vectors)[1](gradient)[1], atol=1e-6)


def test_linear_refuses_vectors_of_another_width():
    with pytest.raises(ValueError, match="inputs must be vectors of 5, not 6"):
        Linear(np.zeros((7, 5), np.float32), np.zeros(7, np.float32))(np.zeros((3, 6), np.float32))


def test_linear_can_be_pickled(rng):
    layer = Linear(rng.standard_normal((7, 5)).astype(np.float32), np.zeros(7, np.float32))
    inputs = rng.standard_normal((3, 5)).astype(np.float32)
    assert np.array_equal(layer(inputs), pickle.loads(pickle.dumps(layer))(inputs))


def test_embedding_fetches_rows_and_adds_their_gradients(rng):
    weight = rng.standard_normal((9, 4)).astype(np.float32)
    ids = np.array([3, 0, -1, 3, 8], np.int32)
    assert np.array_equal(embed(weight, ids), np.concatenate([weight[[3, 0]], np.zeros((1, 4)), weight[[3, 8]]]))
    gradient = rng.standard_normal((5, 4)).astype(np.float32)
    expected = np.zeros_like(weight)
    np.add.at(expected, ids[ids >= 0], gradient[ids >= 0])
    assert np.array_equal(embed_gradient(weight, ids, gradient), expected)


def test_an_id_outside_the_vocabulary_is_refused(rng):
    with pytest.raises(ValueError, match="ids must be from -1 to 8, found 9 to 9"):
        embed(np.zeros((9, 4), np.float32), np.array([9], np.int32))
