"""Steps that run one after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from seqpipe.contracts import Decoder, Learned, Metric, Network, Objective, Precision, Stage, State, Step
from seqpipe.data import Batch, Spec
from seqpipe.data.ragged import Array
from seqpipe.errors import RecordError, raised_by
from seqpipe.pipeline.fingerprint import fingerprint

POSITIONS_OF_A_BLOCK = 1 << 17
"""Positions that networks see at once, where a tokenizer has cut records into rows, so that features stay small."""


@dataclass(frozen=True, eq=False)
class Pipeline:
    """Steps that run one after the other; itself called as a step is.

    Attributes:
        stages: what was declared.
        learned: of each stage.
        source: the spec of what comes in.
        steps: one for each stage: tokenizers and encoders, networks, decoders.
        objective: what the first decoder asks of the network.
        parameters: all trained arrays, each under ``<index of its stage>.<name>``, the objective's under the first
            decoder's index; the steps were built from them.
        precision: of the weights of networks.
    """

    stages: tuple[Stage, ...]
    learned: tuple[Learned, ...]
    source: Spec
    steps: tuple[Step, ...]
    objective: Objective
    parameters: Mapping[str, Array] = field(repr=False)
    precision: Precision = "float32"

    def __call__(self, batch: Batch, states: Sequence[State] | None = None) -> tuple[Batch, tuple[State, ...]]:
        """Run all steps over a batch, or over a piece of one with the states that the piece before left.

        Raises:
            RecordError: a record cannot be processed; names the stage.
        """
        given_states = states if states is not None else (None,) * len(self.steps)
        before, inner, behind = self._parts
        batch, after = self._run(before, batch, given_states)
        if inner and batch.final and all(given_states[index] is None for index in inner):
            ran = [self._run(inner, block, given_states) for block in _blocks(batch)]
            batch, left = Batch.join_rows([block for block, _ in ran]), ran[0][1]
        else:
            batch, left = self._run(inner, batch, given_states)
        batch, last = self._run(behind, batch, given_states)
        return batch, (*after, *left, *last)

    @cached_property
    def _parts(self) -> tuple[range, range, range]:
        """The steps that take payloads, those that take rows, each for itself, and those behind the networks."""
        tokenizers = [index for index, stage in enumerate(self.stages) if stage.kind == "tokenizer"]
        begin = max(tokenizers, default=-1) + 1
        end = max(begin, max(self.networks, default=-1) + 1)
        return range(begin), range(begin, end), range(end, len(self.steps))

    def _run(self, part: range, batch: Batch, states: Sequence[State]) -> tuple[Batch, list[State]]:
        """Run some of the steps; ``states`` has that of each step there is."""
        after = []
        for index in part:
            try:
                with raised_by(self.stages[index].name):
                    batch, left = self.steps[index](batch, states[index])
            except RecordError as error:
                raise error.by(self.stages[index].name) from error.__cause__
            after.append(left)
        return batch, after

    @property
    def networks(self) -> Mapping[int, Network]:
        """The steps that are trained, by their index; they follow one another."""
        return {index: step for index, step in enumerate(self.steps) if isinstance(step, Network)}

    @property
    def first_decoder(self) -> int:
        """The index of the stage that has the objective."""
        return max(self.networks) + 1

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """What is reported of the outputs: the metrics of the last decoder that has some, else the objective's."""
        decoders = [stage for stage in self.stages if isinstance(stage, Decoder)]
        return next(filter(None, (decoder.metrics() for decoder in reversed(decoders))), self.objective.metrics)

    def encode(self, batch: Batch) -> Batch:
        """Run the steps before the network.

        Raises:
            RecordError: a record cannot be processed.
        """
        return encode(self.stages, self.steps, batch)

    def prepare(self, batch: Batch) -> Batch:
        """Bring records before the network, with the targets that the objective makes of theirs.

        Raises:
            RecordError: one of them cannot be learned from.
        """
        encoded = self.encode(batch)
        with raised_by(self.stages[self.first_decoder].name):
            return self.objective.targets(encoded)

    def loss(self, batch: Batch) -> tuple[Array, Array, dict[str, Array]]:
        """Return how wrong the logits are.

        Args:
            batch: prepared, with what the network made of it for sequence.

        Returns:
            The loss of each row (shape (rows,), in nats), and the gradients of their sum: for the logits, and for the
            objective's own arrays under their names in `parameters`.
        """
        under = f"{self.first_decoder}."
        own = {name: self.parameters[under + name] for name in self.objective.parameters}
        with raised_by(self.stages[self.first_decoder].name):
            losses, gradient, of_own = self.objective.loss(batch, own)
        return losses, gradient, {under + name: array for name, array in of_own.items()}

    @cached_property
    def fingerprint(self) -> str:
        """What tells it from others: the same for the same stages with the same weights, whichever file they are in."""
        declarations = [stage.declaration() for stage in self.stages]
        return fingerprint(declarations, self.learned, self.parameters, self.precision)

    def not_streamable(self) -> Stage | None:
        """The first stage that cannot take a sequence in pieces; None: all can."""
        for stage, step in zip(self.stages, self.steps, strict=True):
            if not step.spec.streamable:
                return stage
        return None


def _blocks(batch: Batch) -> list[Batch]:
    """Return the rows of a batch in blocks of about as many positions as networks may see at once, or of one row."""
    offsets = batch.main.offsets
    if offsets[-1] <= POSITIONS_OF_A_BLOCK:
        return [batch]
    places = range(0, int(offsets[-1]), POSITIONS_OF_A_BLOCK)
    begins = np.unique(np.searchsorted(offsets[:-1], places)).tolist()
    return [
        batch.slice_rows(begin, end)
        for begin, end in zip(begins, [*begins[1:], len(batch.main)], strict=True)
        if begin < end
    ]


def encode(stages: Sequence[Stage], steps: Sequence[Step], batch: Batch) -> Batch:
    """Run those of some stages' steps that stand before the first network.

    Raises:
        RecordError: a record cannot be processed.
    """
    for stage, step in zip(stages, steps, strict=False):  # there may be stages that are not built yet
        if isinstance(step, Network):
            break
        with raised_by(stage.name):
            batch, _ = step(batch)
    return batch
