"""Recurrent networks with weights of bytes: each step against its equations, and the laws of chunks and batches."""

import itertools
import pickle

import numpy as np
import pytest

from seqpipe.kernels.int8_product import quantize
from seqpipe.network.cells import CELLS, GRU, LSTM, RNN_RELU
from seqpipe.network.linear import Int8Linear, Linear
from seqpipe.network.packing import Packing
from seqpipe.network.recurrent import Recurrent
from tests.naive_int8 import Matrix
from tests.naive_recurrent import STEPS
from tests.recurrent_problem import LENGTHS, parameters_of

DEPTH, HIDDEN = 21, 37
CASES = list(itertools.product(CELLS.values(), [False, True]))


def rounded(parameters):
    """Return parameters whose matrices hold what bytes can hold."""
    return {name: quantize(array).widen() if array.ndim > 1 else array for name, array in parameters.items()}


def network_of(cell, layers=1, *, bidirectional=False):
    return Recurrent(cell, DEPTH, HIDDEN, layers, bidirectional)


def run(network, weights, values, lengths, state=None, **options):
    """Run over flat values; return flat outputs and the final state."""
    packing = Packing.of(lengths)
    outputs, final, _ = network.forward(packing.pack(values), packing, weights, state, **options)
    return packing.unpack(outputs), final


@pytest.mark.parametrize(("cell", "bidirectional"), CASES, ids=str)
def test_each_step_follows_from_the_state_that_the_one_before_left(cell, bidirectional, rng):
    network = network_of(cell, bidirectional=bidirectional)
    parameters = parameters_of(network, rng, np.float32)
    inputs = rng.standard_normal((40, DEPTH)).astype(np.float32)
    outputs, final = run(network, network.prepare(parameters, int8=True), inputs, [len(inputs)])
    for direction, end in enumerate(("", "_reverse")[: network.directions]):
        side = outputs[:, direction * HIDDEN : (direction + 1) * HIDDEN]
        own = {
            name.removesuffix(f"_l0{end}"): array for name, array in parameters.items() if name.endswith(f"_l0{end}")
        }
        own = {name: Matrix(quantize(array)) if array.ndim > 1 else array for name, array in own.items()}
        before = [np.zeros(HIDDEN, np.float32) for _ in cell.states]
        for t in range(len(inputs))[:: -1 if direction else 1]:
            states = STEPS[cell.name](inputs[t], *before, own)
            np.testing.assert_allclose(side[t], states[0], rtol=2e-5, atol=2e-6)
            before = [side[t], *states[1:]]
        for found, expected in zip(final, before, strict=True):
            np.testing.assert_allclose(found[direction, 0], expected, rtol=2e-5, atol=2e-6)


@pytest.mark.parametrize(("cell", "bidirectional"), CASES, ids=str)
def test_the_result_is_near_that_of_float32(cell, bidirectional, rng):
    network = network_of(cell, 2, bidirectional=bidirectional)
    parameters = {name: array / 4 for name, array in parameters_of(network, rng, np.float32).items()}
    inputs = rng.standard_normal((sum(LENGTHS), DEPTH)).astype(np.float32)
    exact, _ = run(network, network.prepare(parameters), inputs, LENGTHS)
    found, _ = run(network, network.prepare(parameters, int8=True), inputs, LENGTHS)
    assert np.abs(found - exact).max() < 0.03 * np.abs(exact).max()
    assert np.abs(found - exact).max() > 0


@pytest.mark.parametrize("cell", CELLS.values(), ids=str)
def test_rows_of_a_batch_come_out_as_alone(cell, rng):
    network = network_of(cell, 2)
    weights = network.prepare(parameters_of(network, rng, np.float32), int8=True)
    lengths = [*LENGTHS, *range(1, 41)]  # more rows at once than are multiplied at once
    inputs = rng.standard_normal((sum(lengths), DEPTH)).astype(np.float32)
    together, final = run(network, weights, inputs, lengths)
    begin = 0
    for row, length in enumerate(lengths):
        alone, last = run(network, weights, inputs[begin : begin + length], [length])
        assert np.array_equal(together[begin : begin + length], alone)
        assert all(np.array_equal(state[:, row], own[:, 0]) for state, own in zip(final, last, strict=True))
        begin += length


@pytest.mark.parametrize("cell", CELLS.values(), ids=str)
def test_pieces_give_what_the_whole_gives(cell, rng):
    network = network_of(cell, 2)
    weights = network.prepare(parameters_of(network, rng, np.float32), int8=True)
    inputs = rng.standard_normal((30, DEPTH)).astype(np.float32)
    whole, final = run(network, weights, inputs, [30])
    pieces, state = [], None
    for first, end in itertools.pairwise([0, 1, 2, 9, 9, 25, 30]):
        piece, state = run(network, weights, inputs[first:end], [end - first], state)
        pieces.append(piece)
    assert np.array_equal(np.concatenate(pieces), whole)
    assert all(np.array_equal(*pair) for pair in zip(state, final, strict=True))


@pytest.mark.parametrize("cell", [GRU, LSTM], ids=str)
def test_a_table_of_ids_changes_nothing(cell, rng):
    network = network_of(cell)
    parameters = parameters_of(network, rng, np.float32)
    codes = quantize(rng.standard_normal((50, DEPTH)).astype(np.float32)).widen()
    ids = rng.integers(-1, 50, 64).astype(np.int32)
    vectors = np.where(ids[:, None] < 0, 0, codes[ids])
    expected, _ = run(network, network.prepare(parameters, int8=True), vectors, [64])
    weights = network.prepare(parameters, codes, int8=True)
    first, _ = run(network, weights, ids[:20], [20])
    table, _ = run(network, weights, ids, [64])
    assert np.array_equal(first, expected[:20])
    assert np.array_equal(table, expected)


def test_weights_that_were_rounded_before_give_the_same(rng):
    network = network_of(LSTM, 2, bidirectional=True)
    parameters = parameters_of(network, rng, np.float32)
    inputs = rng.standard_normal((9, DEPTH)).astype(np.float32)
    first, again = (
        run(network, network.prepare(given, int8=True), inputs, [9])[0] for given in (parameters, rounded(parameters))
    )
    assert np.array_equal(first, again)


def test_weights_can_be_pickled(rng):
    network = network_of(RNN_RELU)
    weights = network.prepare(parameters_of(network, rng, np.float32), int8=True)
    inputs = rng.standard_normal((5, DEPTH)).astype(np.float32)
    expected, _ = run(network, weights, inputs, [5])
    found, _ = run(network, pickle.loads(pickle.dumps(weights)), inputs, [5])
    assert np.array_equal(found, expected)


def test_an_output_layer_in_bytes(rng):
    weight, bias = (rng.standard_normal(shape).astype(np.float32) for shape in ((13, 40), (13,)))
    vectors = rng.standard_normal((6, 40)).astype(np.float32)
    layer = Int8Linear(weight, bias)
    expected = np.stack([Matrix(quantize(weight)) @ vector for vector in vectors]) + bias
    np.testing.assert_allclose(layer(vectors), expected, rtol=1e-5, atol=1e-5)
    assert np.abs(layer(vectors) - Linear(weight, bias)(vectors)).max() < 0.3
    assert np.array_equal(pickle.loads(pickle.dumps(layer))(vectors), layer(vectors))
    with pytest.raises(ValueError, match="vectors of 40, not 39"):
        layer(np.ascontiguousarray(vectors[:, 1:]))
