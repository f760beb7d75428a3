"""Recurrent networks written as their equations, one sequence and one step at a time, in NumPy.

In float64, or complex, for derivatives without cancellation: f(x + ih) = f(x) + ih f'(x) for a tiny h.
"""

import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def rectify(x):
    return np.where(x.real > 0, x, 0)


def widen(x):
    return np.asarray(x, np.result_type(x, np.float64))


def step(cell, x, state, weight_ih, weight_hh, bias_ih, bias_hh):
    """Return the state after one step: (a,) or (a, c)."""
    a = state[0]
    if cell == "rnn_tanh":
        return (np.tanh(weight_ih @ x + bias_ih + weight_hh @ a + bias_hh),)
    if cell == "rnn_relu":
        return (rectify(weight_ih @ x + bias_ih + weight_hh @ a + bias_hh),)
    if cell == "gru":
        (xr, xz, xn), (ar, az, an) = np.split(weight_ih @ x + bias_ih, 3), np.split(weight_hh @ a + bias_hh, 3)
        r, z = sigmoid(xr + ar), sigmoid(xz + az)
        n = np.tanh(xn + r * an)
        return ((1 - z) * n + z * a,)
    i, f, g, o = np.split(weight_ih @ x + bias_ih + weight_hh @ a + bias_hh, 4)
    c = sigmoid(f) * state[1] + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


def forward(network, parameters, sequence, state=None, masks=None):
    """Run a `Recurrent` over one sequence (steps, input_size).

    ``state`` holds arrays (layers * directions, hidden). Returns the outputs and the final state.
    """
    parameters = {name: widen(value) for name, value in parameters.items()}
    runs = network.layers * network.directions
    count = 2 if network.cell == "lstm" else 1
    state = state or tuple(np.zeros((runs, network.hidden)) for _ in range(count))
    inputs = widen(sequence)
    dtype = np.result_type(inputs, *parameters.values(), *state)
    final = tuple(values.astype(dtype) for values in state)
    for layer in range(network.layers):
        if layer and masks is not None:
            inputs = inputs * masks[layer - 1]
        sides = []
        for direction, suffix in enumerate(("", "_reverse")[: network.directions]):
            index = layer * network.directions + direction
            kinds = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
            weights = [parameters[f"{kind}_l{layer}{suffix}"] for kind in kinds]
            current = tuple(values[index] for values in final)
            side = np.empty((len(inputs), network.hidden), dtype)
            for t in range(len(inputs))[:: -1 if direction else 1]:
                current = step(network.cell, inputs[t], current, *weights)
                side[t] = current[0]
            for values, last in zip(final, current, strict=True):
                values[index] = last
            sides.append(side)
        inputs = np.concatenate(sides, axis=1)
    return inputs, final
