"""A convolution over frames or one-hot vectors, in front of a recurrent core."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from seqpipe.contracts import Back, Core, Incoming, Network, Parameter, Parameters, State, Training
from seqpipe.data import Batch, OneHot, Ragged, Spec
from seqpipe.data.ragged import Array
from seqpipe.errors import ConfigError
from seqpipe.network.convolution import Convolution, ConvolutionState
from seqpipe.network.dropout import dropout_mask, position_keys
from seqpipe.network.initial_values import glorot, zeros
from seqpipe.network.inputs import lookup
from seqpipe.network.swish import swish, swish_gradient

WRITTEN_OUT = 256
"""The longest one-hot vectors that are taken: they are written out."""


class ConvolutionCore(Core):
    """Windows of frames into features, one for every so many frames: shortens signals before a recurrent core."""

    name: ClassVar[str] = "core.convolution"

    width: int = Field(ge=1, description="features that come out")
    window: int = Field(ge=1, description="frames that a feature vector sees")
    stride: int = Field(1, ge=1, description="frames from one feature vector to the next")
    look_ahead: int | None = Field(
        None, ge=0, description="frames that it sees of the future; default: half the window"
    )
    activation: Literal["relu", "tanh", "swish", "none"] = Field(
        "relu", description="the function g; swish is x times the logistic function of x"
    )
    drop: bool = Field(
        False, description="in training, drop features as `train.dropout.between` says for those between layers"
    )

    @property
    def future(self) -> int:
        """Frames of the future that are seen."""
        return (self.window - 1) // 2 if self.look_ahead is None else self.look_ahead

    def parameters(self, incoming: Incoming) -> dict[str, Parameter]:
        """Weights as PyTorch's Conv1d has them: (width, frames' width, window)."""
        spec = incoming.spec.require(self.name, "frames", "features", "one_hot", pooled=False)
        if spec.kind == "one_hot" and spec.width > WRITTEN_OUT:
            raise ConfigError(
                f"{self.name} takes one-hot vectors of {WRITTEN_OUT} at most, not of {spec.width:,}",
                "put a recurrent core with an `embedding` before it",
            )
        if incoming.objective is not None:
            raise ConfigError(f"{self.name} gives features, not logits", "put a core such as core.gru after it")
        if self.future >= self.window:
            raise ConfigError(
                f"{self.name} cannot look {self.future} frames ahead in a window of {self.window}",
                "make `look_ahead` less than `window`",
            )
        return {
            "weight": Parameter((self.width, spec.width, self.window), glorot),
            "bias": Parameter((self.width,), zeros),
        }

    def build(self, incoming: Incoming) -> Network:
        """Take frames, features or small one-hot vectors, give features."""
        spec = incoming.spec
        out = spec.replace(
            kind="features",
            dtype="float32",
            width=self.width,
            vocabulary=None,
            rate=spec.rate / self.stride if spec.rate else None,
        )
        return _ConvolutionNetwork(out, self, incoming.parameters)


@dataclass(frozen=True, eq=False, slots=True)
class _CarriedFrames:
    """What is carried to the next piece: the convolution's own state, and the spans that have not been used."""

    frames: ConvolutionState
    spans: Ragged


class _ConvolutionNetwork(Network):
    def __init__(self, spec: Spec, core: ConvolutionCore, parameters: Parameters) -> None:
        self.spec = spec
        self.core = core
        self.parameters = parameters

    @property
    def remembers(self) -> Any:
        """Frames, as many as their count says."""
        return Annotated[_CarriedFrames, self._check_carried]

    def _check_carried(self, carried: _CarriedFrames) -> None:
        self._prepared.check_state(carried.frames)

    @cached_property
    def _prepared(self) -> Convolution:
        """The convolution with the weights of now, packed: in a run they do not change."""
        return self._convolution()

    def _convolution(self) -> Convolution:
        return Convolution(self.parameters["weight"], self.parameters["bias"], self.core.stride, self.core.future)

    def __call__(self, batch: Batch, state: State = None) -> tuple[Batch, State]:
        frames, convolution = self._frames(batch), self._prepared
        before = state or _CarriedFrames(
            convolution.initial(len(frames)), Ragged(np.empty((0, 2), np.int64), frames.offsets * 0)
        )
        values, offsets, after = convolution.step(frames.array, frames.offsets, before.frames, final=batch.final)
        out = batch.replace(sequence=Ragged(self._activate(values), offsets))
        if "spans" not in batch.columns:
            return out, None if batch.final else _CarriedFrames(after, before.spans)
        spans, left = self._spans(batch, offsets, before, after)
        return out.with_columns(spans=spans), None if batch.final else _CarriedFrames(after, left)

    def forward(self, batch: Batch, state: State, training: Training) -> tuple[Batch, State, Back]:
        frames = self._frames(batch)
        sums, offsets, convolution_back = self._convolution().forward(frames.array, frames.offsets)
        values = self._activate(sums.copy() if self.core.activation == "swish" else sums)
        kept = self._kept(batch, offsets, training)

        def back(gradient: Array) -> tuple[Array | None, dict[str, Array]]:
            if kept is not None:
                gradient = gradient * kept
            match self.core.activation:
                case "relu":
                    gradient = gradient * (values > 0)
                case "tanh":
                    gradient = gradient * (1 - values * values)
                case "swish":
                    gradient = swish_gradient(sums, gradient)
            gradients = convolution_back(gradient)
            of_frames = None if isinstance(batch.sequence, OneHot) else gradients.values
            return of_frames, {"weight": gradients.weight, "bias": gradients.bias}

        out = values if kept is None else values * kept
        return batch.replace(sequence=Ragged(out, offsets)), None, back

    def _kept(self, batch: Batch, offsets: Array, training: Training) -> Array | None:
        """Return what features are multiplied by in training; None: by nothing."""
        if not (self.core.drop and training.dropout):
            return None
        names = [f"{batch.row_record(row).id}/{row}" for row in range(len(batch.rows))]
        keys = position_keys(names, offsets, training.key)
        return dropout_mask(keys, self.core.width, training.dropout, self.parameters["weight"].dtype)

    def _frames(self, batch: Batch) -> Ragged:
        sequence = batch.main
        if isinstance(sequence, Ragged):
            return sequence
        codes = sequence.codebook
        if codes is None:
            codes = np.eye(sequence.depth, dtype=self.parameters["weight"].dtype)
        absent = np.zeros(sequence.depth, codes.dtype)
        return sequence.ids.with_values(lookup(codes, sequence.ids.array, absent))

    def _activate(self, sums: Array) -> Array:
        """Return g of sums, in their place."""
        match self.core.activation:
            case "relu":
                return np.maximum(sums, 0, out=sums)
            case "tanh":
                return np.tanh(sums, out=sums)
            case "swish":
                return swish(sums, out=sums)
        return sums

    def _spans(
        self, batch: Batch, offsets: Array, before: _CarriedFrames, after: ConvolutionState
    ) -> tuple[Ragged, Ragged]:
        """Return where each feature vector lies in the source, and the spans of frames that wait for their turn."""
        held = before.spans.extend(batch.column("spans", Ragged))
        stride = self.core.stride
        first = np.minimum(before.frames.emitted * stride, before.frames.seen)
        if stride == 1 and np.array_equal(offsets, held.offsets):
            return held, held.cut(held.lengths, held.lengths)
        begins = held.offsets[:-1] + before.frames.emitted * stride - first - offsets[:-1] * stride
        taken = held.array[begins.repeat(offsets[1:] - offsets[:-1]) + stride * np.arange(offsets[-1])]
        taken[:, 1] += (stride - 1) * (taken[:, 1] - taken[:, 0])
        spans = Ragged(taken, offsets)
        used = np.minimum(after.emitted * stride, after.seen) - first
        return spans, held.cut(used, held.lengths)
