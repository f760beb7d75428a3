import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqpipe.data import Ragged
from seqpipe.network.convolution import Convolution
from tests import naive_convolution as naive
from tests.naive_losses import finite_differences

SHAPES = [(1, 1, 0), (3, 1, 1), (5, 2, 0), (5, 3, 4), (2, 5, 1), (4, 3, 2)]  # window, stride, look-ahead
OFFSETS = np.array([0, 7, 7, 8, 20])


def _parameters(rng, window, dtype=np.float64, channels=3):
    return rng.normal(size=(4, channels, window)).astype(dtype), rng.normal(size=4).astype(dtype)


@pytest.mark.parametrize("shape", SHAPES)
def test_outputs_are_the_twins(rng, shape):
    parameters, values = _parameters(rng, shape[0]), rng.normal(size=(20, 3))
    output, offsets, _ = Convolution(*parameters, *shape[1:]).forward(values, OFFSETS)
    parts = [naive.convolve(values[a:b], *parameters, *shape[1:]) for a, b in itertools.pairwise(OFFSETS)]
    assert np.diff(offsets).tolist() == [len(part) for part in parts]
    np.testing.assert_allclose(output, np.concatenate(parts), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("shape", SHAPES)
def test_gradients_are_those_of_finite_differences(rng, shape):
    parameters, values = _parameters(rng, shape[0]), rng.normal(size=(20, 3))

    def run():
        return Convolution(*parameters, *shape[1:]).forward(values, OFFSETS)

    output, _, back = run()
    grad_output = rng.normal(size=output.shape)
    gradients = back(grad_output)
    for array, gradient in zip((values, *parameters), gradients, strict=True):
        expected = finite_differences(lambda: run()[0] * grad_output, array)
        np.testing.assert_allclose(gradient, expected, rtol=1e-6, atol=1e-8)


@given(
    shape=st.tuples(st.integers(1, 5), st.integers(1, 4), st.integers(0, 4)).filter(lambda shape: shape[2] < shape[0]),
    cuts=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=5),
    seed=st.integers(0, 1000),
)
@settings(deadline=None)
def test_chunks_give_the_bits_of_the_whole(shape, cuts, seed):
    rng = np.random.default_rng(seed)
    convolution = Convolution(*_parameters(rng, shape[0], np.float32, channels=2), *shape[1:])
    lengths = np.array(cuts, np.int64).reshape(-1, 2)
    rows = [rng.normal(size=(count, 2)).astype(np.float32) for count in lengths.sum(axis=0)]
    state, parts, done = convolution.initial(2), ([], []), np.zeros(2, int)
    for step, chunk in enumerate([*lengths, np.zeros(2, np.int64)]):
        values = np.concatenate(
            [row[begin : begin + count] for row, begin, count in zip(rows, done, chunk, strict=True)]
        )
        done += chunk
        offsets = np.array([0, chunk[0], chunk.sum()])
        output, bounds, state = convolution.step(values, offsets, state, final=step == len(lengths))
        assert len(state.held.array) <= 2 * (shape[0] - 1)
        for row in range(2):
            parts[row].append(output[bounds[row] : bounds[row + 1]])
    for row in range(2):
        whole, _, _ = convolution.forward(rows[row], np.array([0, len(rows[row])]))
        assert (np.concatenate(parts[row]) == whole).all()


def test_a_stream_waits_for_the_look_ahead_and_no_longer(rng):
    convolution = Convolution(*_parameters(rng, 5, channels=1), look_ahead=2)
    state, counts = convolution.initial(1), []
    for final in (False, False, False, False, True):
        output, _, state = convolution.step(np.ones((1, 1)), np.array([0, 1]), state, final=final)
        counts.append(len(output))
    assert counts == [0, 0, 1, 1, 3]


@pytest.mark.parametrize("shape", [(3, 0, 0), (3, 1, 3), (3, 1, -1)])
def test_impossible_convolutions_are_refused(rng, shape):
    with pytest.raises(ValueError, match="no convolution of 3 frames"):
        Convolution(*_parameters(rng, shape[0]), *shape[1:])


@given(
    shape=st.tuples(st.integers(1, 5), st.integers(1, 4), st.integers(0, 4)).filter(lambda shape: shape[2] < shape[0]),
    lengths=st.lists(st.integers(0, 9), min_size=1, max_size=6),
)
def test_every_state_that_it_leaves_may_be(shape, lengths):
    rng = np.random.default_rng(1)
    convolution = Convolution(*_parameters(rng, shape[0]), *shape[1:])
    state = convolution.initial(1)
    for length in lengths:
        convolution.check_state(state)
        _, _, state = convolution.step(rng.normal(size=(length, 3)), np.array([0, length]), state)
    convolution.check_state(state)


@pytest.mark.parametrize(
    "change",
    [
        {"seen": np.array([-1])},
        {"seen": np.array([1 << 62])},
        {"emitted": np.array([3])},
        {"emitted": np.array([0, 0])},
        {"held": Ragged.of([np.zeros((9, 3))])},
        {"held": Ragged.of([np.zeros((4, 2))])},
    ],
)
def test_a_state_that_cannot_be_is_refused(rng, change):
    convolution = Convolution(*_parameters(rng, 5), 2, 1)
    _, _, state = convolution.step(rng.normal(size=(12, 3)), np.array([0, 12]), convolution.initial(1))
    with pytest.raises(ValueError, match="frames that are held are not those that are counted"):
        convolution.check_state(state._replace(**change))
