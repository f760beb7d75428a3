"""Recurrent networks against their equations, exact and finite differences, and the laws of chunks and batches."""

import itertools
import pickle
import tracemalloc

import numpy as np
import pytest

from seqpipe.network.cells import CELLS, GRU, LSTM, MINGRU
from seqpipe.network.packing import Packing
from seqpipe.network.recurrent import Recurrent
from tests import naive_recurrent as naive
from tests.recurrent_problem import LENGTHS, Problem, parameters_of, state_of, twin

NETWORKS = [
    Recurrent(cell, 5, 6, layers, bidirectional)
    for cell, layers, bidirectional in itertools.product(CELLS.values(), [1, 2], [False, True])
] + [Recurrent(cell, 5, 6, 3, "alternating") for cell in (GRU, LSTM)]


def named(network):
    directions = {False: "", True: ", bidirectional", "alternating": ", alternating"}[network.bidirectional]
    return f"{network.cell}, {network.layers} layers{directions}"


def run(network, parameters, values, lengths, state=None, **options):
    """Run the network over flat values; return flat outputs and the final state."""
    packing = Packing.of(lengths)
    outputs, final, _ = network.forward(packing.pack(values), packing, network.prepare(parameters), state, **options)
    return packing.unpack(outputs), final


def assert_close(found, expected, dtype, tolerance32, tolerance64):
    limit = tolerance32 * np.abs(expected).max(initial=1e-30) if dtype == np.float32 else tolerance64
    assert np.abs(found - expected).max(initial=0) <= limit


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("network", NETWORKS, ids=named)
def test_forward_equals_the_equations(network, dtype, rng):
    parameters, state = parameters_of(network, rng, dtype), state_of(network, rng, dtype)
    values = rng.standard_normal((sum(LENGTHS), 5)).astype(dtype)
    outputs, final = run(network, parameters, values, LENGTHS, state)
    expected, expected_final = twin(network, parameters, values, LENGTHS, state)
    assert outputs.dtype == dtype
    assert_close(outputs, expected, dtype, 1e-5, 1e-10)
    for found, wanted in zip(final, expected_final, strict=True):
        assert_close(found, wanted, dtype, 1e-5, 1e-10)


@pytest.mark.parametrize("network", NETWORKS, ids=named)
def test_gradients_are_exact_in_float64(network, rng):
    Problem(network, rng).check_gradients(rng)


@pytest.mark.parametrize("network", NETWORKS, ids=named)
def test_float32_gradients_equal_float64_ones(network):
    single, double = (
        Problem(network, np.random.default_rng(7), dtype).gradients() for dtype in (np.float32, np.float64)
    )
    for name, (_, gradient) in single.items():
        assert gradient.dtype == np.float32
        assert_close(gradient, double[name][1], np.float32, 1e-4, 0)


@pytest.mark.parametrize("cell", CELLS.values(), ids=str)
@pytest.mark.parametrize("size", [6, 37, 128])
def test_a_sequence_in_chunks_equals_the_whole_bit_for_bit(cell, size, rng):
    network = Recurrent(cell, 5, size, layers=2)
    parameters = parameters_of(network, rng, np.float32)
    lengths = [11, 4, 9]
    values = [rng.standard_normal((length, 5)).astype(np.float32) for length in lengths]
    whole, final = run(network, parameters, np.concatenate(values), lengths)
    state, pieces = network.zero_state(3), [[], [], []]
    for begin, end in itertools.pairwise([0, 1, 5, 20]):
        chunk = [value[begin:end] for value in values]
        outputs, state = run(network, parameters, np.concatenate(chunk), [len(c) for c in chunk], state)
        for piece, output in zip(pieces, np.split(outputs, np.cumsum([len(c) for c in chunk])[:-1]), strict=True):
            piece.append(output)
    assert np.array_equal(np.concatenate([output for piece in pieces for output in piece]), whole)
    assert all(np.array_equal(*pair) for pair in zip(state, final, strict=True))


@pytest.mark.parametrize("network", NETWORKS, ids=named)
def test_a_sequence_alone_equals_the_sequence_in_a_batch_bit_for_bit(network, rng):
    parameters = parameters_of(network, rng, np.float32)
    lengths = rng.integers(0, 12, 15)
    values = rng.standard_normal((lengths.sum(), 5)).astype(np.float32)
    together, final = run(network, parameters, values, lengths)
    for row, (own, expected) in enumerate(
        zip(np.split(values, np.cumsum(lengths)[:-1]), np.split(together, np.cumsum(lengths)[:-1]), strict=True)
    ):
        alone, last = run(network, parameters, own, [len(own)])
        assert np.array_equal(alone, expected)
        assert all(np.array_equal(a[:, 0], b[:, row]) for a, b in zip(last, final, strict=True))


@pytest.mark.parametrize("codes", [None, 3])
@pytest.mark.parametrize("cell", CELLS.values(), ids=str)
def test_ids_equal_the_vectors_they_stand_for(cell, codes, rng):
    network, packing = Recurrent(cell, 5, 6, bidirectional=True), Packing.of(LENGTHS)
    weights = network.prepare(parameters_of(network, rng, np.float32))
    codebook = None if codes is None else rng.uniform(0, 1, (codes, 5)).astype(np.float32)
    ids = rng.integers(-1, codes or 5, sum(LENGTHS)).astype(np.int32)
    table = np.eye(5, dtype=np.float32) if codebook is None else codebook
    dense = np.where(ids[:, None] >= 0, table[ids], np.float32(0))
    outputs, _, back = network.forward(ids, packing, weights, codebook=codebook, keep=True)
    expected, _, expected_back = network.forward(dense, packing, weights, keep=True)
    assert np.array_equal(outputs, expected)
    gradient = rng.standard_normal(outputs.shape).astype(np.float32)
    grad_ids, gradients, _ = back(gradient)
    _, expected_gradients, _ = expected_back(gradient)
    assert grad_ids is None
    for name, value in gradients.items():
        assert_close(value, expected_gradients[name], np.float32, 1e-6, 0)


def test_ids_that_are_too_large_are_refused(rng):
    network = Recurrent(GRU, 5, 6)
    weights = network.prepare(parameters_of(network, rng, np.float32))
    with pytest.raises(ValueError, match="ids must be from -1 to 4, found 0 to 5"):
        network.forward(np.array([0, 5], np.int32), Packing.of([2]), weights)


def test_inputs_states_and_gradients_of_other_shapes_are_refused(rng):
    network, packing = Recurrent(GRU, 5, 6), Packing.of([2, 1])
    weights = network.prepare(parameters_of(network, rng, np.float32))
    with pytest.raises(ValueError, match="inputs must have 3 rows, not 4"):
        network.forward(np.zeros((4, 5), np.float32), packing, weights)
    with pytest.raises(ValueError, match="inputs must be vectors of 5, not 4"):
        network.forward(np.zeros((3, 4), np.float32), packing, weights)
    with pytest.raises(ValueError, match=r"state must have shapes \[\(1, 2, 6\)\], not \[\(1, 3, 6\)\]"):
        network.forward(np.zeros((3, 5), np.float32), packing, weights, network.zero_state(3))
    back = network.forward(np.zeros((3, 5), np.float32), packing, weights, keep=True)[2]
    with pytest.raises(ValueError, match=r"gradient of the outputs must be \(3, 6\), not \(3, 5\)"):
        back(np.zeros((3, 5), np.float32))


def test_there_is_no_way_back_where_nothing_was_kept(rng):
    network, packing = Recurrent(GRU, 5, 6), Packing.of([2, 1])
    weights = network.prepare(parameters_of(network, rng, np.float32))
    outputs, _, back = network.forward(np.zeros((3, 5), np.float32), packing, weights)
    with pytest.raises(ValueError, match="forward was not told to keep what it needs"):
        back(outputs)


def test_shapes_are_those_of_pytorch():
    assert Recurrent(LSTM, 5, 6, 2, bidirectional=True).shapes() == {
        "weight_ih_l0": (24, 5),
        "weight_hh_l0": (24, 6),
        "bias_ih_l0": (24,),
        "bias_hh_l0": (24,),
        "weight_ih_l0_reverse": (24, 5),
        "weight_hh_l0_reverse": (24, 6),
        "bias_ih_l0_reverse": (24,),
        "bias_hh_l0_reverse": (24,),
        "weight_ih_l1": (24, 12),
        "weight_hh_l1": (24, 6),
        "bias_ih_l1": (24,),
        "bias_hh_l1": (24,),
        "weight_ih_l1_reverse": (24, 12),
        "weight_hh_l1_reverse": (24, 6),
        "bias_ih_l1_reverse": (24,),
        "bias_hh_l1_reverse": (24,),
    }


def test_layers_in_alternating_directions_are_named_after_theirs():
    assert Recurrent(MINGRU, 5, 6, 3, "alternating").shapes() == {
        "weight_ih_l0": (12, 5),
        "bias_ih_l0": (12,),
        "weight_ih_l1_reverse": (12, 6),
        "bias_ih_l1_reverse": (12,),
        "weight_ih_l2": (12, 6),
        "bias_ih_l2": (12,),
    }


def test_a_cell_without_a_product_with_the_state_has_no_weights_for_one():
    assert Recurrent(MINGRU, 5, 6, bidirectional=True).shapes() == {
        "weight_ih_l0": (12, 5),
        "bias_ih_l0": (12,),
        "weight_ih_l0_reverse": (12, 5),
        "bias_ih_l0_reverse": (12,),
    }


def test_first_values_are_those_of_the_description(rng):
    drawn = {name: found.initial(rng, found.shape) for name, found in Recurrent(LSTM, 5, 6).parameters().items()}
    assert np.array_equal(drawn["bias_ih_l0"], np.repeat(np.float32([0, 1, 0, 0]), 6))
    assert not drawn["bias_hh_l0"].any()
    blocks = drawn["weight_hh_l0"].reshape(4, 6, 6)
    np.testing.assert_allclose(blocks @ blocks.transpose(0, 2, 1), np.broadcast_to(np.eye(6), (4, 6, 6)), atol=1e-6)
    assert {array.dtype for array in drawn.values()} == {np.dtype(np.float32)}


def test_every_cell_has_a_twin():
    assert naive.STEPS.keys() == CELLS.keys()


def test_parameters_that_do_not_fit_are_refused(rng):
    network = Recurrent(GRU, 5, 6)
    parameters = parameters_of(network, rng)
    with pytest.raises(ValueError, match=r"parameter weight_ih_l0 must be \(18, 5\), .*, not \(5, 18\) float64"):
        network.prepare({**parameters, "weight_ih_l0": parameters["weight_ih_l0"].T})
    with pytest.raises(ValueError, match="parameter bias_hh_l0 is missing"):
        network.prepare({name: value for name, value in parameters.items() if name != "bias_hh_l0"})
    with pytest.raises(ValueError, match="all of one dtype"):
        network.prepare({**parameters, "bias_hh_l0": parameters["bias_hh_l0"].astype(np.float32)})


def test_prepared_weights_can_be_pickled_without_what_fits_this_cpu_only(rng):
    network, packing = Recurrent(GRU, 5, 40), Packing.of([3])
    weights = network.prepare(parameters_of(network, rng, np.float32))
    values = rng.standard_normal((3, 5)).astype(np.float32)
    outputs = network.forward(values, packing, weights)[0]
    pickled = pickle.dumps(weights)
    assert len(pickled) < 1.1 * 4 * sum(np.prod(shape) for shape in network.shapes().values())
    assert np.array_equal(network.forward(values, packing, pickle.loads(pickled))[0], outputs)


def test_an_empty_batch_gives_nothing(rng):
    network, packing = Recurrent(LSTM, 5, 6, 2, bidirectional=True), Packing.of([])
    weights = network.prepare(parameters_of(network, rng, np.float32))
    outputs, state, back = network.forward(np.empty((0, 5), np.float32), packing, weights, keep=True)
    assert outputs.shape == (0, 12)
    assert [values.shape for values in state] == [(4, 0, 6)] * 2
    _, gradients, _ = back(outputs)
    assert not any(gradient.any() for gradient in gradients.values())


@pytest.mark.parametrize("vectors", [False, True])
def test_a_table_of_ids_gives_the_same_bits_as_going_without(vectors, rng):
    network, packing = Recurrent(GRU, 9, 20, bidirectional=True), Packing.of([4, 2])
    parameters = parameters_of(network, rng, np.float32)
    codebook = rng.standard_normal((9, 9)).astype(np.float32) if vectors else None
    weights = network.prepare(parameters, codebook)
    ids = np.array([3, -1, 8, 0, 3, 5], np.int32)
    first = network.forward(ids, packing, weights)[0]
    for _ in range(3):  # now the table has been made
        assert np.array_equal(network.forward(ids, packing, weights)[0], first)
    assert np.array_equal(network.forward(ids, packing, network.prepare(parameters), codebook=codebook)[0], first)


@pytest.mark.parametrize("cell", CELLS.values(), ids=str)
def test_a_sequence_without_end_runs_in_pieces_in_constant_memory(cell, rng):
    network = Recurrent(cell, 3, 4)
    weights = network.prepare(parameters_of(network, rng, np.float32))
    values = rng.standard_normal((1_000_000, 3), np.float32)
    whole, final, _ = network.forward(values, Packing.of([len(values)]), weights)
    state, pieces = network.zero_state(1), []
    for piece in np.array_split(values, [1, 1000, 1001, 400_000, 999_999]):
        outputs, state, _ = network.forward(piece, Packing.of([len(piece)]), weights, state)
        pieces.append(outputs)
    assert np.array_equal(np.concatenate(pieces), whole)
    assert all(np.array_equal(*pair) for pair in zip(state, final, strict=True))
    tracemalloc.start()
    network.forward(values[:1000], Packing.of([1000]), weights, state)
    used = tracemalloc.get_traced_memory()[1]
    for begin in range(0, 100_000, 1000):
        state = network.forward(values[begin : begin + 1000], Packing.of([1000]), weights, state)[1]
    assert tracemalloc.get_traced_memory()[1] < 1.5 * used + 10_000
    tracemalloc.stop()
