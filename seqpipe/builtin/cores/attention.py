"""The decoder of an encoder-decoder: GRUs that look at what the encoder made of the source."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from pydantic import Field

from seqpipe.contracts import Back, Core, Incoming, Network, Parameter, Parameters, State, Stepper, Training
from seqpipe.data import Batch, Ragged, Spec
from seqpipe.data.ragged import Array
from seqpipe.errors import ConfigError
from seqpipe.network.attention_decoder import AttentionDecoder, DecoderState, Dropout, parameter_shapes
from seqpipe.network.dropout import dropout_mask, position_keys
from seqpipe.network.initial_values import embedding, glorot, orthogonal, zeros
from seqpipe.network.linear import Linear
from seqpipe.network.pooling import mean_pool
from seqpipe.network.upper_layers import PREFIX


class AttentionCore(Core):
    """Gives another sequence, one token after the other, each time looking at all of the source (Luong et al. 2015)."""

    name: ClassVar[str] = "core.attention"

    embedding: int = Field(128, ge=1, description="numbers that a token of the target is embedded in")
    hidden: int = Field(256, ge=1, description="hidden units")
    layers: int = Field(
        1, ge=1, le=1000, description="layers: one that attends, and others above it, each reading the one below"
    )
    tied: bool = Field(False, description="the embedding is also the output layer's weight; it is as wide as `hidden`")

    def parameters(self, incoming: Incoming) -> dict[str, Parameter]:
        """Those of the attention decoder, and ``initial.``, which makes its first state of the encoder's mean."""
        spec, objective = incoming.spec.require(self.name, "features", pooled=False), incoming.objective
        if objective is None:
            raise ConfigError(f"{self.name} must be the last core", "put the other cores before it")
        if self.tied and self.embedding != self.hidden:
            raise ConfigError(
                f"{self.name} is tied, but its embedding has {self.embedding} numbers and its output {self.hidden}",
                "let `embedding` and `hidden` be the same, or drop `tied`",
            )
        shapes = parameter_shapes(objective.width, self.embedding, self.hidden, spec.width, self.layers, tied=self.tied)
        parameters = {name: Parameter(shape, _initial(name), decay=len(shape) > 1) for name, shape in shapes.items()}
        parameters["initial.weight"] = Parameter((self.hidden, spec.width), glorot)
        parameters["initial.bias"] = Parameter((self.hidden,), zeros, decay=False)
        return parameters

    def build(self, incoming: Incoming) -> Network:
        """Take features of a source, give a stepper over the target's tokens."""
        assert incoming.objective is not None
        out = incoming.spec.replace(kind="stepper", width=incoming.objective.width, streamable=False)
        return _AttentionNetwork(out, incoming.parameters)


def _initial(name: str) -> Any:
    if name.endswith("bias") or "bias_" in name:
        return zeros
    if name == "embedding.weight":
        return embedding
    return orthogonal if "weight_hh" in name else glorot


@dataclass(frozen=True, eq=False, slots=True)
class _Under:
    """Rows under way, and how much each position of the source counted in the last step."""

    decoder: DecoderState
    attention: Ragged


class _AttentionNetwork(Network, Stepper):
    """The first token that goes in, and the last one that comes out, is the one that ends a target."""

    def __init__(self, spec: Spec, parameters: Parameters) -> None:
        self.spec = spec
        self.parameters = parameters

    @cached_property
    def decoder(self) -> AttentionDecoder:
        """The weights, prepared; for inference only, where they do not change."""
        return AttentionDecoder(self.parameters)

    @property
    def end(self) -> int:
        """The token that ends a target, and that stands before its first one."""
        return self.spec.width - 1

    def __call__(self, batch: Batch, state: State = None) -> tuple[Batch, State]:
        return batch, None

    def forward(self, batch: Batch, state: State, training: Training) -> tuple[Batch, State, Back]:
        memory, decoder = batch.ragged, AttentionDecoder(self.parameters)
        first, first_back = self._first(memory)
        ids = self._inputs(batch)
        dropout = self._dropout(batch, ids, training) if training.dropout else None
        start = decoder.start(memory.array, memory.offsets, first)
        logits, _, decoder_back = decoder.forward(ids.array, ids.offsets, start, dropout)

        def back(gradient: Array) -> tuple[Array | None, dict[str, Array]]:
            gradients = decoder_back(np.ascontiguousarray(gradient))
            of_memory, of_first = first_back(gradients.initial)
            return gradients.memory + of_memory, gradients.parameters | of_first

        return batch.replace(sequence=ids.with_values(logits)), None, back

    def start(self, batch: Batch) -> tuple[Array, State]:
        memory = batch.ragged
        first, _ = self._first(memory)
        state = self.decoder.start(memory.array, memory.offsets, first)
        return self._step(np.full(len(memory), self.end, np.int32), state)

    def step(self, inputs: Array, state: State) -> tuple[Array, State]:
        return self._step(inputs.astype(np.int32), state.decoder)

    def score(self, batch: Batch) -> Batch:
        memory, ids = batch.ragged, self._inputs(batch)
        first, _ = self._first(memory)
        start = self.decoder.start(memory.array, memory.offsets, first)
        logits, _, _ = self.decoder.forward(ids.array, ids.offsets, start)
        return batch.replace(sequence=ids.with_values(logits))

    def attention(self, state: State) -> Ragged | None:
        attention: Ragged = state.attention
        return attention

    def _step(self, ids: npt.NDArray[np.int32], state: DecoderState) -> tuple[Array, _Under]:
        logits, after, attention = self.decoder.step(ids, state)
        return logits, _Under(after, Ragged(attention.weights, attention.offsets))

    def _first(self, memory: Ragged) -> tuple[Array, Callable[[Array], tuple[Array, dict[str, Array]]]]:
        """Return the first states, and what turns their gradient into those of the memory and of the parameters."""
        mean, mean_back = mean_pool(memory.array, memory.offsets)
        linear = Linear(self.parameters["initial.weight"], self.parameters["initial.bias"])
        sums, linear_back = linear.forward(mean)
        first = np.tanh(sums)

        def back(gradient: Array) -> tuple[Array, dict[str, Array]]:
            of_mean, weight, bias = linear_back(gradient * (1 - first * first))
            assert of_mean is not None
            return mean_back(of_mean), {"initial.weight": weight, "initial.bias": bias}

        return first, back

    def _inputs(self, batch: Batch) -> Ragged:
        """Return the targets, each token in the place of the one that follows it."""
        target = batch.column("target", Ragged)
        ids = np.roll(target.array, 1)
        ids[target.offsets[:-1][target.lengths > 0]] = self.end
        return target.with_values(ids.astype(np.int32))

    def _dropout(self, batch: Batch, ids: Ragged, training: Training) -> Dropout:
        keys = position_keys([record.id for record in batch.records], ids.offsets, training.key)
        embedded, hidden = self.parameters["embedding.weight"].shape[1], self.parameters["combine.weight"].shape[0]
        dtype = self.parameters["embedding.weight"].dtype
        layers = sum(name.startswith(f"{PREFIX}weight_ih") for name in self.parameters)
        return Dropout(
            dropout_mask(keys, embedded, training.dropout, dtype),
            dropout_mask(keys ^ 1, hidden, training.dropout, dtype),
            [dropout_mask(keys ^ (2 + layer), hidden, training.dropout, dtype) for layer in range(layers)],
        )
