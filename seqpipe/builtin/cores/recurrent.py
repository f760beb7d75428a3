"""Recurrent cores: ``a[t] = g(Wa [a[t-1], x[t]] + ba)``, ``y[t] = g(Wya a[t] + by)``."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar, Literal

from pydantic import Field

from seqpipe.builtin.cores.bidirectional_stepper import BidirectionalStepper
from seqpipe.builtin.cores.input_layer import INSIDE_WORDS, InputLayer
from seqpipe.builtin.cores.layers import Layer
from seqpipe.builtin.cores.output_layer import OutputLayer
from seqpipe.builtin.cores.pooling import PoolingLayer, PoolName
from seqpipe.builtin.cores.recurrent_layer import RecurrentLayer
from seqpipe.builtin.cores.recurrent_network import RecurrentNetwork
from seqpipe.builtin.cores.recurrent_stepper import RecurrentStepper
from seqpipe.builtin.cores.spelling import CharacterSettings
from seqpipe.builtin.cores.word_pieces import PieceSettings
from seqpipe.contracts import Core, Incoming, Network, Objective, Parameter
from seqpipe.contracts.fields import Many
from seqpipe.errors import ConfigError
from seqpipe.network import cells
from seqpipe.network.cell import Cell
from seqpipe.network.recurrent import Directions, Recurrent


class RecurrentCore(Core):
    """What all recurrent cores share, which differ in their cell: everything but `cell` follows from that."""

    hidden: int = Field(128, ge=1, description="hidden units of a layer, in each direction")
    layers: int = Field(1, ge=1, le=1000, description="layers, each reading the one before")
    bidirectional: Directions = Field(
        False,
        description="`true`: each layer also reads from the end; `alternating`: each reads from the other end than the "
        "one below, the first from the start. Such a core cannot be streamed. With `true` and `output: next` each "
        "direction learns what comes next to it, and the forward one is asked",
    )
    embedding: int | None = Field(
        None,
        ge=1,
        description="numbers that a one-hot vector is embedded in; none: as it is, or, with `pieces` or `characters`, "
        "not read",
    )
    pieces: PieceSettings | None = Field(None, description="also read each word by its pieces")
    characters: CharacterSettings | None = Field(None, description="also read each word by its characters")
    output: Literal["sequence", "pooled", "last", "next"] = Field(
        "sequence",
        description="a vector for each position; one a record, pooled or the last state; or the next input",
    )
    pooling: Many[PoolName] = Field(
        ("max", "mean"), min_length=1, description="for `output: pooled`: max, mean, attention, side by side"
    )

    @property
    @abstractmethod
    def cell(self) -> Cell:
        """The cell, for the network."""

    def parameters(self, incoming: Incoming) -> dict[str, Parameter]:
        """Embedding, recurrent layers under ``rnn.``, ``pool.query``, and the output layer under ``output.``."""
        return {name: parameter for layer in self._layers(incoming) for name, parameter in layer.parameters().items()}

    def build(self, incoming: Incoming) -> Network:
        """Take one-hot vectors, frames or features; give logits, features if another core follows, or a stepper."""
        spec, layers = incoming.spec, self._layers(incoming)
        is_stepper = self.output == "next"
        out = spec.replace(
            kind="stepper" if is_stepper else "logits" if incoming.objective else "features",
            dtype="float32",
            width=layers[-1].width,
            vocabulary=spec.vocabulary if is_stepper else None,
            pooled=self.output in ("pooled", "last"),
            streamable=spec.streamable and (spec.windowed or (not self.bidirectional and self.output == "sequence")),
            columns={name: column for name, column in spec.columns.items() if name not in INSIDE_WORDS},
        )
        if is_stepper and self.bidirectional:
            return BidirectionalStepper(out, self._layers(incoming, forward_only=True), layers)
        kind = RecurrentStepper if is_stepper else RecurrentNetwork
        return kind(out, layers, carries=not (self.bidirectional or out.pooled))

    def _layers(self, incoming: Incoming, *, forward_only: bool = False) -> list[Layer]:
        spec = incoming.spec.require(self.name, "one_hot", "frames", "features", pooled=False)
        self._check(incoming.objective)
        parameters, int8 = incoming.parameters, incoming.precision == "int8"
        inputs = InputLayer(spec, self.embedding, self.pieces, self.characters, self.cell, parameters)
        bidirectional = False if forward_only else self.bidirectional
        network = Recurrent(self.cell, inputs.width, self.hidden, self.layers, bidirectional)
        last = self.output == "last"
        recurrent = RecurrentLayer(network, parameters, inputs.vectors_of_ids, last=last, int8=int8)
        layers: list[Layer] = [inputs, recurrent]
        if self.output == "pooled":
            layers.append(PoolingLayer(self.pooling, layers[-1].width, parameters))
        if incoming.objective is not None:
            width = self.hidden if self.output == "next" else layers[-1].width
            layers.append(OutputLayer(width, incoming.objective.width, parameters, int8=int8))
        return layers

    def _check(self, objective: Objective | None) -> None:
        if self.output == "next" and self.bidirectional == "alternating":
            raise ConfigError(
                f"{self.name} that predicts the next input cannot read in alternating directions: a layer would see it",
                "set `bidirectional: false`",
            )
        if self.output == "next" and self.bidirectional and self.layers > 1:
            raise ConfigError(
                f"{self.name} that predicts in both directions has one layer: a second one would see what it predicts",
                "set `layers: 1`, or `bidirectional: false`",
            )
        if self.output == "next" and objective is None:
            raise ConfigError(
                f"{self.name} that predicts the next input must be the last core", "put the other cores before it"
            )
        if objective is not None and objective.pooled != (self.output in ("pooled", "last")):
            wanted = "pooled or last" if objective.pooled else "sequence"
            raise ConfigError(
                f"{self.name} has `output: {self.output}`, but the decoder wants "
                f"{'one vector a record' if objective.pooled else 'a vector for each position'}",
                f"set `output: {wanted}`",
            )


class RNN(RecurrentCore):
    """The plain recurrent network: a[t] = g(Wa [a[t-1], x[t]] + ba)."""

    name: ClassVar[str] = "core.rnn"

    activation: Literal["tanh", "relu"] = Field("tanh", description="the function g")

    @property
    def cell(self) -> Cell:
        """The plain cell with this g."""
        return cells.RNN_RELU if self.activation == "relu" else cells.RNN_TANH


class GRU(RecurrentCore):
    """A recurrent network of gated units that choose what to forget."""

    name: ClassVar[str] = "core.gru"

    @property
    def cell(self) -> Cell:
        """The gated recurrent unit."""
        return cells.GRU


class LSTM(RecurrentCore):
    """A recurrent network with a long short-term memory."""

    name: ClassVar[str] = "core.lstm"

    @property
    def cell(self) -> Cell:
        """The long short-term memory."""
        return cells.LSTM


class MinGRU(RecurrentCore):
    """A recurrent network whose gates read the input alone: by far the fastest (L. Feng et al., 2024)."""

    name: ClassVar[str] = "core.mingru"

    @property
    def cell(self) -> Cell:
        """The minimal gated recurrent unit."""
        return cells.MINGRU
