"""Optimizers: they change parameters in place and keep what they remember in ``state``, arrays by name.

``state`` is all that a checkpoint has to keep; an optimizer given the same state goes on as before. Weight decay is
decoupled from the gradient's scale only in `AdamW`; it spares parameters of one dimension (biases).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from seqpipe.kernels import unit
from seqpipe.network.arrays import Float

NamedArrays = Mapping[str, Float]
OptimizerState = dict[str, npt.NDArray[Any]]

_LANES = 16


class Optimizer(Protocol):
    """What changes parameters by their gradients."""

    state: OptimizerState

    def step(self, parameters: NamedArrays, gradients: NamedArrays, learning_rate: float) -> None:
        """Change in place every parameter that has a gradient."""


@dataclass
class SGD:
    """Stochastic gradient descent with momentum (I. Sutskever et al., ICML 2013)."""

    momentum: float = 0.0
    weight_decay: float = 0.0
    state: OptimizerState = field(default_factory=dict)

    def step(self, parameters: NamedArrays, gradients: NamedArrays, learning_rate: float) -> None:
        """Change in place every parameter that has a gradient."""
        for name, gradient in gradients.items():
            parameter = parameters[name]
            velocity = _remembered(self.state, f"velocity.{name}", parameter)
            unit("optimizers").sgd(
                parameter.reshape(-1),
                gradient.reshape(-1),
                velocity.reshape(-1),
                learning_rate,
                self.momentum,
                self.weight_decay if parameter.ndim > 1 else 0.0,
            )


@dataclass
class AdamW:
    """Adam (D. Kingma, J. Ba, 2014), with decoupled weight decay (I. Loshchilov, F. Hutter, 2017)."""

    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    weight_decay: float = 0.01
    state: OptimizerState = field(default_factory=dict)

    def step(self, parameters: NamedArrays, gradients: NamedArrays, learning_rate: float) -> None:
        """Change in place every parameter that has a gradient."""
        steps = self.state.setdefault("steps", np.zeros(1, np.int64))
        steps += 1
        step_size = learning_rate / (1 - self.beta1 ** int(steps[0]))
        root_correction = math.sqrt(1 - self.beta2 ** int(steps[0]))
        for name, gradient in gradients.items():
            parameter = parameters[name]
            decay = self.weight_decay if parameter.ndim > 1 else 0.0
            unit("optimizers").adam(
                parameter.reshape(-1),
                gradient.reshape(-1),
                _remembered(self.state, f"first.{name}", parameter).reshape(-1),
                _remembered(self.state, f"second.{name}", parameter).reshape(-1),
                step_size,
                1 - learning_rate * decay,
                self.beta1,
                1 - self.beta1,
                self.beta2,
                1 - self.beta2,
                root_correction,
                self.epsilon,
            )


@dataclass
class Adam(AdamW):
    """Adam (D. Kingma, J. Ba, 2014), without weight decay."""

    weight_decay: float = field(default=0.0, init=False)


def clip_by_global_norm(gradients: NamedArrays, limit: float) -> float:
    """Scale all gradients in place so that their common norm is at most ``limit``; return the norm before.

    A norm that is not finite is returned and the gradients are left: the caller leaves out the step.
    """
    norm = global_norm(gradients)
    if limit < norm < math.inf:
        for gradient in gradients.values():
            unit("optimizers").scale(gradient.reshape(-1), limit / norm)
    return norm


def global_norm(arrays: NamedArrays) -> float:
    """Return the Euclidean norm of all arrays together, summed in float64 in one order."""
    total = 0.0
    for name in sorted(arrays):
        sums = np.zeros(_LANES)
        unit("optimizers").add_squares(arrays[name].reshape(-1), sums)
        total += math.fsum(sums)
    return math.sqrt(total)


@dataclass
class WeightAverage:
    """The average of the parameters over steps (B. Polyak, A. Juditsky, 1992), exponential where ``decay`` is under 1.

    The first 1 / (1 - decay) steps count equally, so that the average is never biased towards where it started.
    """

    decay: float
    state: OptimizerState = field(default_factory=dict)

    def update(self, parameters: NamedArrays) -> None:
        """Take in the parameters after a step."""
        steps = self.state.setdefault("steps", np.zeros(1, np.int64))
        steps += 1
        share = max(1 - self.decay, 1 / int(steps[0]))
        for name, parameter in parameters.items():
            average = _remembered(self.state, f"average.{name}", parameter)
            unit("optimizers").move_towards(average.reshape(-1), parameter.reshape(-1), share)

    def parameters(self) -> dict[str, Float]:
        """Return the averaged parameters by name."""
        prefix = "average."
        return {name.removeprefix(prefix): array for name, array in self.state.items() if name.startswith(prefix)}


def _remembered(state: OptimizerState, name: str, parameter: Float) -> Float:
    """Return the array of the state that goes with a parameter; zeros the first time."""
    if name not in state:
        state[name] = np.zeros_like(parameter)
    if state[name].shape != parameter.shape:
        raise ValueError(f"{name} has the shape {state[name].shape}, its parameter {parameter.shape}")
    return state[name]
