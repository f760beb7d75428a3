"""Updates of parameters, in place, one pass over each; and what is measured or averaged over all of them."""

from __future__ import annotations

import numpy as np

from seqpipe.kernels.annotations import Array1, Float, Out
from seqpipe.kernels.compiler import kernel
from seqpipe.kernels.sources.vector.arithmetic import square_root


@kernel
def sgd(
    parameters: Out[Array1[Float]],
    gradient: Array1[Float],
    velocity: Out[Array1[Float]],
    learning_rate: Float,
    momentum: Float,
    weight_decay: Float,
) -> None:
    """Stochastic gradient descent with momentum (I. Sutskever et al., ICML 2013), as PyTorch writes it."""
    for index in range(len(parameters)):
        slope = gradient[index] + weight_decay * parameters[index]
        velocity[index] = momentum * velocity[index] + slope
        parameters[index] -= learning_rate * velocity[index]


@kernel
def adam(
    parameters: Out[Array1[Float]],
    gradient: Array1[Float],
    first: Out[Array1[Float]],
    second: Out[Array1[Float]],
    step_size: Float,
    keep: Float,
    beta1: Float,
    rest1: Float,
    beta2: Float,
    rest2: Float,
    root_correction: Float,
    epsilon: Float,
) -> None:
    """Adam (D. Kingma, J. Ba, 2014, algorithm 1), with decoupled weight decay (I. Loshchilov, F. Hutter, 2017).

    ``step_size`` is the learning rate over the first moment's bias correction, ``root_correction`` the root of the
    second's, ``keep`` one less learning rate times weight decay, ``rest`` one less beta.
    """
    for index in range(len(parameters)):
        slope = gradient[index]
        first[index] = beta1 * first[index] + rest1 * slope
        second[index] = beta2 * second[index] + rest2 * (slope * slope)
        scale = square_root(second[index]) / root_correction + epsilon
        parameters[index] = keep * parameters[index] - step_size * (first[index] / scale)


@kernel
def add_squares(values: Array1[Float], sums: Out[Array1[np.float64]]) -> None:
    """Add every value's square to one of the sums, in turn: a fixed order that vector registers follow."""
    lanes = len(sums)
    for begin in range(0, len(values) - lanes + 1, lanes):
        for lane in range(lanes):
            value = np.float64(values[begin + lane])
            sums[lane] += value * value
    for lane in range(len(values) % lanes):
        value = np.float64(values[len(values) - len(values) % lanes + lane])
        sums[lane] += value * value


@kernel
def scale(values: Out[Array1[Float]], factor: Float) -> None:
    """Multiply in place."""
    for index in range(len(values)):
        values[index] *= factor


@kernel
def move_towards(average: Out[Array1[Float]], values: Array1[Float], share: Float) -> None:
    """Move the average a share of the way to the values."""
    for index in range(len(average)):
        average[index] += share * (values[index] - average[index])
