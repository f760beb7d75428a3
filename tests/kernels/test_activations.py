"""The activations in float32, seen through cells whose weights are zero."""

import numpy as np
import pytest

from seqpipe.kernels import unit
from seqpipe.kernels.product import pack_transposed
from seqpipe.network.cells import LSTM, RNN_TANH

WIDTH = 50
VALUES = np.concatenate([np.linspace(-20, 20, 400_000), np.linspace(-1e4, 1e4, 998), [-np.inf, np.inf]]).astype("f4")


def step(cell, sums, states):
    """Run one step of a cell with no weights on sums (rows, gates * width); return the outputs. Replaces the states."""
    rows, width = sums.shape[0], sums.shape[1] // len(cell.gates)
    nothing, no_room = np.empty((0, 0, 0), sums.dtype), np.empty((0, 0), sums.dtype)
    no_inputs = (sums[:0], np.empty(0, np.int32), nothing, sums[:0], sums[:1])
    no_weights = pack_transposed(np.zeros((sums.shape[1], width), sums.dtype), len(cell.gates))
    outputs, starts = np.empty((rows, width), sums.dtype), np.array([0, rows])
    unit("recurrence", cell.equations).forward(
        *no_inputs, no_weights, no_room, no_room, starts, 0, 0, sums, no_room, states, outputs, no_room
    )
    return outputs


def tanh(values):
    """Apply tanh to values (rows, width): one step of a plain cell."""
    return step(RNN_TANH, values.copy(), np.zeros_like(values))


def sigmoid(values):
    """Apply sigmoid to values (rows, width): the forget gate of an LSTM, whose cells were 1."""
    zeros, width = np.zeros_like(values), values.shape[1]
    states = np.concatenate([zeros, np.ones_like(values)], axis=1)
    step(LSTM, np.concatenate([zeros, values, zeros, zeros], axis=1), states)
    return states[:, width:]


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
