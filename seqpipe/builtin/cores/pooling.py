"""Sequences into one vector each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from seqpipe.builtin.cores.layers import Back, Layer, Signal
from seqpipe.contracts import Parameter, Parameters, Training
from seqpipe.data import Ragged
from seqpipe.data.ragged import Array
from seqpipe.network.initial_values import embedding
from seqpipe.network.pooling import attention_pool, max_pool, mean_pool, pooled_attention

PoolName = Literal["max", "mean", "attention"]

QUERY = "pool.query"


class PoolingLayer(Layer):
    """Several summaries of each row side by side: the greatest of each number, the mean, a weighted mean.

    Empty rows give zeros.

    Args:
        parts: which.
        incoming: the width of the vectors that are pooled.
        parameters: of the core; the weighted mean looks for ``pool.query``.
    """

    def __init__(self, parts: tuple[PoolName, ...], incoming: int, parameters: Parameters) -> None:
        self.parts = parts
        self.incoming = incoming
        self.width = len(parts) * incoming
        self.weights = parameters

    def parameters(self) -> dict[str, Parameter]:
        """What a weighted mean looks for."""
        return {QUERY: Parameter((self.incoming,), embedding, decay=False)} if self.attends else {}

    def __call__(self, signal: Signal) -> Signal:
        """Give one vector a row."""
        return self._pooled(signal)[0]

    def forward(self, signal: Signal, training: Training) -> tuple[Signal, Back]:
        """Give one vector a row; there is no dropout."""
        out, backs = self._pooled(signal)

        def back(gradient: Array | None) -> tuple[Array | None, dict[str, Array]]:
            assert gradient is not None
            total, gradients = np.zeros_like(signal.values), {}
            for index, (part, part_back) in enumerate(zip(self.parts, backs, strict=True)):
                part_gradient = part_back(
                    np.ascontiguousarray(gradient[:, index * self.incoming : (index + 1) * self.incoming])
                )
                if part == "attention":
                    part_gradient, gradients[QUERY] = part_gradient
                total += part_gradient
            return total, gradients

        return out, back

    @property
    def attends(self) -> bool:
        """Whether a weighted mean is among the summaries."""
        return "attention" in self.parts

    def attention(self, signal: Signal) -> Ragged:
        """Return the weight of each position in the weighted mean."""
        attended = pooled_attention(signal.values, signal.offsets, self.weights[QUERY])
        return Ragged(attended.weights, attended.offsets)

    def _pooled(self, signal: Signal) -> tuple[Signal, list[Callable[[Array], Any]]]:
        values, offsets = signal.values, signal.offsets
        pooled, backs = [], []
        for part in self.parts:
            vectors: Array
            back: Callable[[Array], Any]
            match part:
                case "max":
                    vectors, back = max_pool(values, offsets)
                case "mean":
                    vectors, back = mean_pool(values, offsets)
                case "attention":
                    vectors, back = attention_pool(values, offsets, self.weights[QUERY])
            pooled.append(vectors)
            backs.append(back)
        joined = np.concatenate(pooled, axis=1) if len(pooled) > 1 else pooled[0]
        return Signal(signal.batch, joined, np.arange(len(offsets)), None, signal.state), backs
