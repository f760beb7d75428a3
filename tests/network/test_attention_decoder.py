import itertools

import numpy as np
import pytest

from seqpipe.network.attention_decoder import AttentionDecoder, Dropout, parameter_shapes
from tests import naive_attention as naive
from tests.naive_losses import finite_differences

VOCABULARY, EMBEDDING, HIDDEN, WIDTH = 7, 3, 5, 4
MEMORY_OFFSETS = np.array([0, 3, 3, 9, 11])
OFFSETS = np.array([0, 2, 6, 6, 9])
IDS = np.array([0, 3, 1, 6, 6, 2, 5, 0, 4], np.int32)


FORMS = {
    "one layer": {},
    "three layers": {"layers": 3},
    "tied": {"tied": True},
    "tied layers": {"layers": 2, "tied": True},
}


@pytest.fixture(params=FORMS)
def form(request):
    return FORMS[request.param]


def _problem(rng, dtype=np.float64, **form):
    shapes = parameter_shapes(VOCABULARY, HIDDEN if form.get("tied") else EMBEDDING, HIDDEN, WIDTH, **form)
    parameters = {name: rng.normal(size=shape).astype(dtype) for name, shape in shapes.items()}
    return parameters, rng.normal(size=(11, WIDTH)).astype(dtype), rng.normal(size=(4, HIDDEN)).astype(dtype)


def _dropout(rng, parameters):
    embedded, layers = parameters["embedding.weight"].shape[1], sum("weight_ih_l" in name for name in parameters)
    first, second, *between = (
        2.0 * rng.integers(0, 2, (len(IDS), width)) for width in (embedded, *[HIDDEN] * (1 + layers))
    )
    return Dropout(first, second, between)


def _run(parameters, memory, initial, dropout=None):
    decoder = AttentionDecoder(parameters)
    return decoder, *decoder.forward(IDS, OFFSETS, decoder.start(memory, MEMORY_OFFSETS, initial), dropout)


def test_logits_and_attention_are_the_twins(rng, form):
    parameters, memory, initial = _problem(rng, **form)
    _, logits, attention, _ = _run(parameters, memory, initial)
    for row, (begin, end) in enumerate(itertools.pairwise(OFFSETS)):
        part = memory[MEMORY_OFFSETS[row] : MEMORY_OFFSETS[row + 1]]
        expected, weights = naive.decode(parameters, IDS[begin:end], part, initial[row])
        np.testing.assert_allclose(logits[begin:end], expected.reshape(-1, VOCABULARY), rtol=1e-9)
        for position, expected_weights in zip(range(begin, end), weights, strict=True):
            found = attention.weights[attention.offsets[position] : attention.offsets[position + 1]]
            np.testing.assert_allclose(found, expected_weights, rtol=1e-9)


@pytest.mark.parametrize("drop", [False, True])
def test_gradients_are_those_of_finite_differences(rng, form, drop):
    parameters, memory, initial = _problem(rng, **form)
    dropout = _dropout(rng, parameters) if drop else None
    _, logits, _, back = _run(parameters, memory, initial, dropout)
    grad_logits = rng.normal(size=logits.shape)
    gradients = back(grad_logits)

    def losses():
        return _run(parameters, memory, initial, dropout)[1] * grad_logits

    assert gradients.parameters.keys() == parameters.keys()
    pairs = {"memory": (memory, gradients.memory), "initial": (initial, gradients.initial)}
    pairs |= {name: (array, gradients.parameters[name]) for name, array in parameters.items()}
    for name, (array, gradient) in pairs.items():
        expected = finite_differences(losses, array)
        np.testing.assert_allclose(gradient, expected, rtol=1e-6, atol=1e-7, err_msg=name)


def test_steps_give_the_bits_of_whole_sequences(rng, form):
    parameters, memory, initial = _problem(rng, np.float32, **form)
    decoder, logits, attention, _ = _run(parameters, memory, initial)
    state = decoder.start(memory, MEMORY_OFFSETS, initial)
    rows = np.arange(4)
    for step in range(4):
        active = np.flatnonzero(np.diff(OFFSETS)[rows] > step)
        state, rows = state.select(active), rows[active]
        positions = OFFSETS[rows] + step
        found, state, weights = decoder.step(IDS[positions], state)
        assert (found == logits[positions]).all()
        for row, position in enumerate(positions):
            expected = attention.weights[attention.offsets[position] : attention.offsets[position + 1]]
            assert (weights.weights[weights.offsets[row] : weights.offsets[row + 1]] == expected).all()


def test_a_step_leaves_its_state_and_survivors_may_be_repeated(rng):
    parameters, memory, initial = _problem(rng, np.float32)
    decoder = AttentionDecoder(parameters)
    state = decoder.start(memory, MEMORY_OFFSETS, initial)
    once, _, _ = decoder.step(np.array([1, 2, 3, 4], np.int32), state)
    beam = state.select(np.array([2, 2, 0]))
    again, _, _ = decoder.step(np.array([3, 5, 1], np.int32), beam)
    assert (again[[0, 2]] == once[[2, 0]]).all()


def test_a_sequence_alone_has_the_same_bits(rng, form):
    parameters, memory, initial = _problem(rng, np.float32, **form)
    decoder, logits, _, _ = _run(parameters, memory, initial)
    for row, (begin, end) in enumerate(itertools.pairwise(OFFSETS)):
        part = memory[MEMORY_OFFSETS[row] : MEMORY_OFFSETS[row + 1]]
        start = decoder.start(part, np.array([0, len(part)]), initial[row : row + 1])
        alone, _, _ = decoder.forward(IDS[begin:end], np.array([0, end - begin]), start)
        assert (alone == logits[begin:end]).all()


def test_ids_out_of_range_are_refused(rng):
    parameters, memory, initial = _problem(rng)
    decoder = AttentionDecoder(parameters)
    with pytest.raises(ValueError, match="ids must be"):
        decoder.step(np.full(4, 7, np.int32), decoder.start(memory, MEMORY_OFFSETS, initial))


def test_looked_up_inputs_have_the_bits_of_computed_ones(rng):
    parameters, memory, initial = _problem(rng, np.float32)
    decoder = AttentionDecoder(parameters)
    state, ids = decoder.start(memory, MEMORY_OFFSETS, initial), np.array([1, 6, 0, 1], np.int32)
    first, *others = (decoder.step(ids, state)[0] for _ in range(3))
    assert all((first == other).all() for other in others)
