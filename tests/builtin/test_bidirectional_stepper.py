"""A language model in both directions: two that read one way each, with the same weights."""

import numpy as np
import pytest

from seqpipe.builtin.cores.recurrent import GRU, LSTM, RNN, MinGRU
from seqpipe.builtin.objectives import NextTokenObjective
from seqpipe.contracts import Incoming, Training
from seqpipe.data import Batch, OneHot, Ragged, Record, Spec
from seqpipe.errors import ConfigError

TOKENS = 6
ROWS = ([3, 1, 4, 1, 5], [2], [], [0, 5, 5])
SPEC = Spec("one_hot", "float32", TOKENS)
CORES = [RNN(hidden=4), GRU(hidden=4, embedding=3), LSTM(hidden=4, embedding=3), MinGRU(hidden=4)]


def built(core, parameters, dtype=np.float32):
    arrays = {name: array.astype(dtype) for name, array in parameters.items()}
    return core.build(Incoming(SPEC, parameters=arrays, objective=NextTokenObjective(TOKENS)))


def drawn(core):
    random = np.random.default_rng(3)
    wanted = core.parameters(Incoming(SPEC, objective=NextTokenObjective(TOKENS)))
    return {name: random.normal(size=parameter.shape) for name, parameter in wanted.items()}


def batch(rows):
    records = tuple(Record(f"{index}", "") for index in range(len(rows)))
    return NextTokenObjective(TOKENS).targets(Batch(records, OneHot(Ragged.of(rows, np.int32), TOKENS)))


def pair(core):
    """Return a core that predicts both ways, and the same reading forward only."""
    return core.model_copy(update={"output": "next", "bidirectional": True}), core.model_copy(update={"output": "next"})


@pytest.mark.parametrize("core", CORES, ids=str)
def test_each_half_is_a_language_model_of_one_direction(core):
    both, one = pair(core)
    parameters = drawn(both)
    forward_ones = {name: array for name, array in parameters.items() if not name.endswith("_reverse")}
    turned = {name: parameters.get(f"{name}_reverse", array) for name, array in forward_ones.items()}
    out, state, _ = built(both, parameters).forward(batch(ROWS), None, Training())
    forward, _, _ = built(one, forward_ones).forward(batch(ROWS), None, Training())
    backward, _, _ = built(one, turned).forward(batch([row[::-1] for row in ROWS]), None, Training())
    assert state is None
    assert out.rows.tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    for row, expected in enumerate(ROWS):
        assert np.allclose(out.ragged[2 * row], forward.ragged[row], atol=1e-6)
        assert np.allclose(out.ragged[2 * row + 1], backward.ragged[row][::-1], atol=1e-6)
        assert out.columns["target"][2 * row].tolist() == out.columns["target"][2 * row + 1].tolist() == expected


@pytest.mark.parametrize("core", CORES, ids=str)
def test_asked_step_by_step_the_forward_half_answers(core):
    both, one = pair(core)
    parameters = drawn(both)
    stepper, alone = built(both, parameters), built(one, parameters)
    assert np.allclose(stepper.score(batch(ROWS)).ragged.array, alone.score(batch(ROWS)).ragged.array, atol=1e-6)
    for given, expected in zip(stepper.start(batch(ROWS)), alone.start(batch(ROWS)), strict=True):
        assert np.allclose(given, expected, atol=1e-6)


@pytest.mark.parametrize("core", CORES, ids=str)
def test_the_gradient_of_the_sum_of_both_losses_is_that_of_differences(core):
    both, _ = pair(core)
    parameters, objective = drawn(both), NextTokenObjective(TOKENS)

    def loss():
        out, _, back = built(both, parameters, np.float64).forward(batch(ROWS), None, Training())
        losses, gradient, _ = objective.loss(out, {})
        return losses.sum(), lambda: back(gradient)[1]

    gradients = loss()[1]()
    assert set(gradients) == set(parameters)
    random = np.random.default_rng(5)
    for name, array in parameters.items():
        for index in {tuple(random.integers(size) for size in array.shape) for _ in range(5)}:
            original, sides = array[index], []
            for moved in (original + 1e-6, original - 1e-6):
                array[index] = moved
                sides.append(loss()[0])
            array[index] = original
            assert gradients[name][index] == pytest.approx((sides[0] - sides[1]) / 2e-6, abs=1e-6)


def test_its_weights_are_those_of_a_classifier():
    both, _ = pair(CORES[1])
    classifier = CORES[1].model_copy(update={"bidirectional": True, "output": "last"})
    incoming = Incoming(SPEC, objective=NextTokenObjective(TOKENS))
    own = {name: parameter.shape for name, parameter in both.parameters(incoming).items()}
    carried = {name: parameter.shape for name, parameter in classifier.parameters(Incoming(SPEC)).items()}
    assert own == carried | {"output.weight": (TOKENS, 4), "output.bias": (TOKENS,)}


def test_a_second_layer_would_see_what_it_predicts():
    core = GRU(output="next", bidirectional=True, layers=2)
    with pytest.raises(ConfigError, match=r"one layer: a second one would see .* \(set `layers: 1`, or"):
        core.build(Incoming(SPEC, objective=NextTokenObjective(TOKENS)))


def test_alternating_directions_cannot_predict():
    core = GRU(hidden=4, layers=2, output="next", bidirectional="alternating")
    with pytest.raises(ConfigError, match="cannot read in alternating directions"):
        drawn(core)
