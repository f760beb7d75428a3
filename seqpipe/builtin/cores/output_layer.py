"""The output layer of a core: ``y[t] = Wya a[t] + by``."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from seqpipe.builtin.cores.layers import Back, Layer, Signal
from seqpipe.contracts import Parameter, Parameters, Training
from seqpipe.data.ragged import Array
from seqpipe.network.dropout import dropout_mask
from seqpipe.network.initial_values import glorot, zeros
from seqpipe.network.linear import Int8Linear, Linear

WEIGHT, BIAS = "output.weight", "output.bias"


class OutputLayer(Layer):
    """Features into logits.

    Args:
        incoming: the width of the features.
        width: how many logits a position has.
        parameters: of the core.
        int8: multiply the weights as bytes, in a run.
    """

    def __init__(self, incoming: int, width: int, parameters: Parameters, *, int8: bool = False) -> None:
        self.incoming = incoming
        self.width = width
        self.weights = parameters
        self._int8 = int8

    def parameters(self) -> dict[str, Parameter]:
        """A matrix and a bias."""
        return {
            WEIGHT: Parameter((self.width, self.incoming), glorot),
            BIAS: Parameter((self.width,), zeros, decay=False),
        }

    def __call__(self, signal: Signal) -> Signal:
        """Give logits."""
        return Signal(signal.batch, self._prepared(signal.values), signal.offsets, None, signal.state)

    def forward(self, signal: Signal, training: Training) -> tuple[Signal, Back]:
        """Give logits of features, some of which are dropped."""
        features, mask = signal.values, None
        if training.dropout:
            mask = dropout_mask(signal.keys(training) ^ 1, self.incoming, training.dropout, features.dtype)
            features = features * mask
        logits, linear_back = self._linear().forward(features)

        def back(gradient: Array | None) -> tuple[Array | None, dict[str, Array]]:
            assert gradient is not None
            of_features, weight, bias = linear_back(np.ascontiguousarray(gradient))
            if mask is not None and of_features is not None:
                of_features = of_features * mask
            return of_features, {WEIGHT: weight, BIAS: bias}

        return Signal(signal.batch, logits, signal.offsets, None, signal.state), back

    @cached_property
    def _prepared(self) -> Linear:
        linear = self._linear()
        return Int8Linear(linear.weight, linear.bias) if self._int8 else linear

    def _linear(self) -> Linear:
        return Linear(self.weights[WEIGHT], self.weights[BIAS])
