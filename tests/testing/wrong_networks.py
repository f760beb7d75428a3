"""A core, a decoder and an objective, each right, and each with one mistake."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

import seqpipe
from seqpipe.builtin.cores.recurrent import GRU
from seqpipe.builtin.cores.recurrent_stepper import RecurrentStepper

RANDOM = np.random.default_rng(1)


class Mix(seqpipe.Core):
    """Logits that are a matrix times a frame: right, if nothing is changed."""

    name: ClassVar[str] = "wrong.mix"
    network: ClassVar[type[MixNetwork]]

    def parameters(self, incoming):
        spec = incoming.spec.require(self.name, "frames")
        return {"weight": seqpipe.Parameter((incoming.objective.width, spec.width), self.draw)}

    def draw(self, random, shape):
        return random.normal(size=shape).astype(np.float32)

    def build(self, incoming):
        spec = incoming.spec.require(self.name, "frames")
        return self.network(spec.replace(kind="logits", width=incoming.objective.width), incoming.parameters)


class MixNetwork(seqpipe.Network):
    def __init__(self, spec, parameters) -> None:
        self.spec = spec
        self.weight = parameters["weight"]

    def __call__(self, batch, state=None):
        frames = batch.ragged
        return batch.replace(sequence=frames.with_values(frames.array @ self.weight.T)), None

    def forward(self, batch, state, training):
        out, after = self(batch, state)
        frames = batch.ragged.array
        return out, after, lambda gradient: (gradient @ self.weight, {"weight": gradient.T @ frames})


Mix.network = MixNetwork


class HalfGradient(MixNetwork):
    def forward(self, batch, state, training):
        out, after, back = super().forward(batch, state, training)

        def half(gradient):
            incoming, of_parameters = back(gradient)
            return incoming, {"weight": of_parameters["weight"] / 2}

        return out, after, half


class OtherForward(MixNetwork):
    def forward(self, batch, state, training):
        out, after, back = super().forward(batch, state, training)
        return out.replace(sequence=out.ragged.with_values(out.ragged.array + 1)), after, back


class RandomDropout(MixNetwork):
    def forward(self, batch, state, training):
        out, after, back = super().forward(batch, state, training)
        logits = out.ragged.array
        kept = (RANDOM.random(logits.shape) >= training.dropout).astype(logits.dtype)
        return out.replace(sequence=out.ragged.with_values(logits * kept)), after, back


class WrongGradient(Mix):
    """Its gradient is half of what it should be."""

    network: ClassVar[type[MixNetwork]] = HalfGradient


class WrongForward(Mix):
    """Training computes something else."""

    network: ClassVar[type[MixNetwork]] = OtherForward


class WrongDropout(Mix):
    """Its dropout depends on what was drawn before."""

    network: ClassVar[type[MixNetwork]] = RandomDropout


class WrongStart(Mix):
    """Its weights begin in double precision."""

    def draw(self, random, shape):
        return random.normal(size=shape)


class Loudest(seqpipe.Decoder):
    """The number of the greatest logit of each record."""

    name: ClassVar[str] = "wrong.loudest"

    def objective(self, incoming):
        return SquareObjective(self.metric())

    def metric(self):
        return seqpipe.accuracy("loudest")

    def build(self, incoming):
        spec = incoming.spec.require(self.name, "logits", pooled=False)
        return LoudestStep(spec.replace(kind="outputs", streamable=False))


class LoudestStep(seqpipe.Step):
    def __init__(self, spec) -> None:
        self.spec = spec

    def __call__(self, batch, state: Any = None):
        found = [row.max(axis=0).argmax() if len(row) else 0 for row in batch.ragged]
        return batch.replace(outputs=tuple(({"loudest": int(one)},) for one in found)), None


class SquareObjective(seqpipe.Objective):
    """Every logit should be one: half the square of what it lacks."""

    width = 3

    def __init__(self, metric) -> None:
        self.metrics = (metric,)

    def targets(self, batch):
        for record in batch.records:
            if record.target not in ("1", "2", "3"):
                raise seqpipe.RecordError("no such label", "", record.location)
        return batch

    def loss(self, batch, parameters):
        logits = batch.ragged
        sums = [np.sum((row - 1) ** 2) / 2 for row in logits]
        return np.array(sums), logits.array - 1, {}


class ShiftedObjective(SquareObjective):
    def loss(self, batch, parameters):
        losses, gradient, of_head = super().loss(batch, parameters)
        return losses, gradient + 1, of_head


class WrongLoss(Loudest):
    """The gradient of its loss is that of another one."""

    def objective(self, incoming):
        return ShiftedObjective(self.metric())


class FragileObjective(SquareObjective):
    def targets(self, batch):
        assert all(record.target in ("1", "2", "3") for record in batch.records)
        return batch


class WrongTargets(Loudest):
    """Ends with AssertionError where a target is none."""

    def objective(self, incoming):
        return FragileObjective(self.metric())


class WrongMetric(Loudest):
    """Its metric counts two numbers, or one."""

    def metric(self):
        return seqpipe.Metric("odd", lambda _, outcome: (1, 1) if outcome else (0,), seqpipe.ratio)


class Stepping(GRU):
    """Predicts the next input: right, if nothing is changed."""

    name: ClassVar[str] = "wrong.stepping"
    stepper: ClassVar[type[RecurrentStepper]] = RecurrentStepper

    def build(self, incoming):
        network = super().build(incoming)
        return self.stepper(network.spec, network.layers, carries=network.carries)


class Forgetting(RecurrentStepper):
    def step(self, inputs, state):
        return super().step(inputs, tuple(np.zeros_like(values) for values in state))


class Sideways(RecurrentStepper):
    """Its state has the rows on the second axis."""

    def start(self, batch):
        logits, state = super().start(batch)
        return logits, tuple(values.swapaxes(0, 1) for values in state)

    def step(self, inputs, state):
        logits, after = super().step(inputs, tuple(values.swapaxes(0, 1) for values in state))
        return logits, tuple(values.swapaxes(0, 1) for values in after)


class WrongSteps(Stepping):
    """Each step forgets those before it."""

    stepper: ClassVar[type[RecurrentStepper]] = Forgetting


class WrongRows(Stepping):
    """Rows of its state cannot be selected."""

    stepper: ClassVar[type[RecurrentStepper]] = Sideways
