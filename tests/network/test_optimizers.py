import numpy as np
import pytest

from seqpipe.network.optimizers import SGD, Adam, AdamW, WeightAverage, clip_by_global_norm, global_norm

SHAPES = {"weight": (3, 5), "bias": (7,)}


def _arrays(rng, dtype=np.float64):
    return {name: rng.normal(size=shape).astype(dtype) for name, shape in SHAPES.items()}


def _naive_adam(parameters, history, rate, decay):
    """Follow the papers' algorithms line by line."""
    for name, parameter in parameters.items():
        first, second = 0.0, 0.0
        for step, gradients in enumerate(history, 1):
            first = 0.9 * first + 0.1 * gradients[name]
            second = 0.999 * second + 0.001 * gradients[name] ** 2
            update = first / (1 - 0.9**step) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
            shrink = 1 - rate * decay if parameter.ndim > 1 else 1.0
            parameters[name] = shrink * parameters[name] - rate * update
    return parameters


@pytest.mark.parametrize(("optimizer", "decay"), [(Adam(), 0.0), (AdamW(weight_decay=0.1), 0.1)])
def test_adam_follows_the_papers(rng, optimizer, decay):
    parameters, history = _arrays(rng), [_arrays(rng) for _ in range(5)]
    expected = _naive_adam(dict(parameters), history, 0.01, decay)
    for gradients in history:
        optimizer.step(parameters, gradients, 0.01)
    for name in SHAPES:
        np.testing.assert_allclose(parameters[name], expected[name], rtol=1e-10)


def test_sgd_adds_momentum_and_decays_all_but_biases(rng):
    parameters, history = _arrays(rng), [_arrays(rng) for _ in range(3)]
    expected = dict(parameters)
    for name in SHAPES:
        velocity = 0.0
        for gradients in history:
            decay = 0.1 * expected[name] if name == "weight" else 0.0
            velocity = 0.9 * velocity + gradients[name] + decay
            expected[name] = expected[name] - 0.5 * velocity
    optimizer = SGD(momentum=0.9, weight_decay=0.1)
    for gradients in history:
        optimizer.step(parameters, gradients, 0.5)
    for name in SHAPES:
        np.testing.assert_allclose(parameters[name], expected[name], rtol=1e-12)


@pytest.mark.parametrize("make", [AdamW, lambda: SGD(momentum=0.9)])
def test_the_state_is_all_there_is(rng, make):
    parameters, history = _arrays(rng, np.float32), [_arrays(rng, np.float32) for _ in range(4)]
    resumed = {name: array.copy() for name, array in parameters.items()}
    optimizer = make()
    for gradients in history:
        optimizer.step(parameters, gradients, 0.1)
    before = make()
    for gradients in history[:2]:
        before.step(resumed, gradients, 0.1)
    after = make()
    after.state = {name: array.copy() for name, array in before.state.items()}
    for gradients in history[2:]:
        after.step(resumed, gradients, 0.1)
    assert all((resumed[name] == parameters[name]).all() for name in SHAPES)


def test_parameters_without_gradient_stay(rng):
    parameters = _arrays(rng)
    kept = parameters["weight"].copy()
    AdamW().step(parameters, {"bias": np.ones(7)}, 0.1)
    assert (parameters["weight"] == kept).all()


def test_a_state_of_another_shape_is_refused(rng):
    optimizer = SGD(state={"velocity.bias": np.zeros(3)})
    with pytest.raises(ValueError, match=r"velocity.bias has the shape \(3,\)"):
        optimizer.step(_arrays(rng), {"bias": np.ones(7)}, 0.1)


@pytest.mark.parametrize("size", [0, 1, 15, 16, 17, 1000])
def test_global_norm_is_that_of_all_arrays(rng, size):
    arrays = {"a": rng.normal(size=size).astype(np.float32), "b": rng.normal(size=(2, 3)).astype(np.float32)}
    joined = np.concatenate([array.reshape(-1) for array in arrays.values()]).astype(np.float64)
    assert global_norm(arrays) == pytest.approx(np.sqrt((joined**2).sum()), rel=1e-14)


def test_clipping_scales_all_gradients_alike():
    gradients = {"a": np.array([3.0]), "b": np.array([[4.0]])}
    assert clip_by_global_norm(gradients, 1.0) == 5.0
    assert (gradients["a"][0], gradients["b"][0, 0]) == pytest.approx((0.6, 0.8))
    assert clip_by_global_norm(gradients, 10.0) == pytest.approx(1.0)
    assert gradients["a"][0] == pytest.approx(0.6)


def test_gradients_that_are_not_finite_are_left():
    gradients = {"a": np.array([np.inf, 1.0])}
    assert clip_by_global_norm(gradients, 1.0) == np.inf
    assert gradients["a"].tolist() == [np.inf, 1.0]


def test_the_average_is_plain_at_first_and_exponential_after():
    average, values = WeightAverage(decay=0.75), [4.0, 8.0, 3.0, 5.0, 1.0]
    for value in values:
        average.update({"a": np.array([value])})
    assert average.parameters()["a"][0] == pytest.approx(0.75 * np.mean(values[:4]) + 0.25 * 1.0)
