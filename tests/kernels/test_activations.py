"""The activations in float32, seen through cells whose weights are zero."""

import numpy as np
import pytest

from seqpipe.kernels import unit
from seqpipe.kernels.product import pack, pack_transposed

WIDTH = 50
VALUES = np.concatenate([np.linspace(-20, 20, 400_000), np.linspace(-1e4, 1e4, 998), [-np.inf, np.inf]]).astype("f4")


def tanh(values):
    """Apply tanh to values (rows, width): one step of a plain cell with no weights."""
    sums, state, outputs = values.copy(), np.zeros_like(values), np.empty_like(values)
    no_weights = pack(np.zeros((values.shape[1], values.shape[1]), values.dtype))
    no_inputs = (values[:0], np.empty(0, np.int32), no_weights, values[:0], values[:1])
    unit("rnn").rnn_forward(*no_inputs, no_weights, np.array([0, len(values)]), 0, 0, 0, sums, state, outputs)
    return outputs


def sigmoid(values):
    """Apply sigmoid to values (rows, width): the forget gate of an LSTM with no weights, whose cells were 1."""
    zeros, cell = np.zeros_like(values), np.ones_like(values)
    gates = np.concatenate([zeros, values, zeros, zeros], axis=1)
    no_weights = pack_transposed(np.zeros((4 * values.shape[1], values.shape[1]), values.dtype), 4)
    starts, outputs, kept = np.array([0, len(values)]), np.empty_like(values), np.empty((0, values.shape[1]), "f4")
    no_inputs = (values[:0], np.empty(0, np.int32), no_weights, values[:0], gates[:1])
    unit("lstm").lstm_forward(*no_inputs, no_weights, starts, 0, 0, gates, zeros, outputs, cell, kept)
    return cell


def test_tanh_is_within_its_stated_error():
    found = tanh(VALUES.reshape(-1, WIDTH)).ravel()
    assert np.abs(found - np.tanh(VALUES.astype(np.float64))).max() <= 2.0e-7
    assert np.abs(found).max() == 1


def test_sigmoid_is_within_its_stated_error():
    found = sigmoid(VALUES.reshape(-1, WIDTH)).ravel()
    exact = 0.5 + 0.5 * np.tanh(VALUES.astype(np.float64) / 2)
    assert np.abs(found - exact).max() <= 1.0e-7
    assert found.min() >= 0
    assert found.max() == 1


@pytest.mark.parametrize("function", [tanh, sigmoid])
def test_a_value_gives_the_same_bits_wherever_it_stands(function):
    values = np.linspace(-4, 4, 77).astype(np.float32)
    alone = function(values[:, None].copy())[:, 0]
    for begin in range(20):
        assert np.array_equal(function(values[None, begin:].copy())[0], alone[begin:])


@pytest.mark.parametrize("function", [tanh, sigmoid])
def test_what_is_not_a_number_stays_so(function):
    assert np.isnan(function(np.full((1, 33), np.nan, np.float32))).all()


def test_zero_is_exact():
    zero = np.zeros((1, 33), np.float32)
    assert not tanh(zero).any()
    assert (sigmoid(zero) == 0.5).all()
