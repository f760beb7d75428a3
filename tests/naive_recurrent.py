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


def added(x, a, p):
    """Return the part of the inputs and that of the state before in one."""
    return p["weight_ih"] @ x + p["bias_ih"] + p["weight_hh"] @ a + p["bias_hh"]


def rnn_tanh(x, a, p):
    return (np.tanh(added(x, a, p)),)


def rnn_relu(x, a, p):
    return (rectify(added(x, a, p)),)


def gru(x, a, p):
    xr, xz, xn = np.split(p["weight_ih"] @ x + p["bias_ih"], 3)
    ar, az, an = np.split(p["weight_hh"] @ a + p["bias_hh"], 3)
    r, z = sigmoid(xr + ar), sigmoid(xz + az)
    n = np.tanh(xn + r * an)
    return ((1 - z) * n + z * a,)


def lstm(x, a, c, p):
    i, f, g, o = np.split(added(x, a, p), 4)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


def mingru(x, a, p):
    z, h = np.split(p["weight_ih"] @ x + p["bias_ih"], 2)
    z = sigmoid(z)
    return ((1 - z) * a + z * h,)


STEPS = {"rnn_tanh": rnn_tanh, "rnn_relu": rnn_relu, "gru": gru, "lstm": lstm, "mingru": mingru}
"""The states after one step of each cell: (input, *states before, parameters by name) -> states."""


def forward(network, parameters, sequence, state=None, masks=None):
    """Run a `Recurrent` over one sequence (steps, input_size).

    ``state`` holds arrays (layers * directions, hidden). Returns the outputs and the final state.
    """
    parameters = {name: widen(value) for name, value in parameters.items()}
    runs = network.layers * network.directions
    step = STEPS[network.cell.name]
    state = state or tuple(np.zeros((runs, network.hidden)) for _ in network.cell.states)
    inputs = widen(sequence)
    dtype = np.result_type(inputs, *parameters.values(), *state)
    final = tuple(values.astype(dtype) for values in state)
    for layer in range(network.layers):
        if layer and masks is not None:
            inputs = inputs * masks[layer - 1]
        sides = []
        suffixes = ("", "_reverse")[: network.directions]
        if network.bidirectional == "alternating":
            suffixes = ("_reverse",) if layer % 2 else ("",)
        for direction, suffix in enumerate(suffixes):
            index = layer * network.directions + direction
            end = f"_l{layer}{suffix}"
            own = {name[: -len(end)]: value for name, value in parameters.items() if name.endswith(end)}
            current = tuple(values[index] for values in final)
            side = np.empty((len(inputs), network.hidden), dtype)
            for t in range(len(inputs))[:: -1 if suffix else 1]:
                current = step(inputs[t], *current, own)
                side[t] = current[0]
            for values, last in zip(final, current, strict=True):
                values[index] = last
            sides.append(side)
        inputs = np.concatenate(sides, axis=1)
    return inputs, final
