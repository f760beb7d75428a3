"""Stages into steps, from left to right, with every mismatch found before a record is read."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field

from seqpipe.contracts import (
    Core,
    Decoder,
    Encoder,
    Head,
    Learned,
    Network,
    Parameter,
    Stage,
    State,
    Step,
    Stepper,
    Tokenizer,
)
from seqpipe.data import Batch, Spec
from seqpipe.data.ragged import Array
from seqpipe.errors import ConfigError, Location, RecordError, SeqpipeError
from seqpipe.pipeline.encoded import stepper_of
from seqpipe.pipeline.parameters import Supply

Places = Sequence[Location | None]
"""Where each stage is declared."""


@dataclass(frozen=True, eq=False)
class Pipeline:
    """Steps that run one after the other; itself called as a step is.

    Attributes:
        stages: what was declared.
        learned: of each stage.
        source: the spec of what comes in.
        steps: one for each stage: tokenizers and encoders, networks, decoders.
        head: what the first decoder asked of the network.
        parameters: all trained arrays, each under ``<index of its stage>.<name>``; the steps were built from them.
    """

    stages: tuple[Stage, ...]
    learned: tuple[Learned, ...]
    source: Spec
    steps: tuple[Step, ...]
    head: Head
    parameters: Mapping[str, Array] = field(repr=False)

    def __call__(self, batch: Batch, states: Sequence[State] | None = None) -> tuple[Batch, tuple[State, ...]]:
        """Run all steps over a batch, or over a piece of one with the states that the piece before left.

        Raises:
            RecordError: a record cannot be processed; names the stage.
        """
        before = states if states is not None else (None,) * len(self.steps)
        after = []
        for stage, step, state in zip(self.stages, self.steps, before, strict=True):
            try:
                batch, left = step(batch, state)
            except RecordError as error:
                raise error.by(stage.name) from error.__cause__
            after.append(left)
        return batch, tuple(after)

    @property
    def networks(self) -> Mapping[int, Network]:
        """The steps that are trained, by their index; they follow one another."""
        return {index: step for index, step in enumerate(self.steps) if isinstance(step, Network)}

    @property
    def preparing(self) -> tuple[Step, ...]:
        """The steps before the network."""
        return self.steps[: min(self.networks)]

    def not_streamable(self) -> Stage | None:
        """The first stage that cannot take a sequence in pieces; None: all can."""
        for stage, step in zip(self.stages, self.steps, strict=True):
            if not step.spec.streamable:
                return stage
        return None


def assemble(
    stages: Sequence[Stage],
    source: Spec,
    learned: Sequence[Learned],
    supply: Supply,
    places: Places = (),
) -> Pipeline:
    """Build the steps of a pipeline.

    Args:
        stages: in order.
        source: what the reader gives.
        learned: of each stage, empty mappings where a stage learned nothing.
        supply: gives the trained arrays.
        places: where each stage is declared, for messages.

    Raises:
        ConfigError: stages that do not fit.
        ModelError: weights that do not fit.
    """
    places = places or (None,) * len(stages)
    check_order(stages, places)
    building = _Building(source, supply)
    for index, stage in enumerate(stages):
        with _blaming(places[index]):
            if isinstance(stage, Tokenizer | Encoder):
                building.steps.append(stage.build(building.spec, learned[index]))
            elif isinstance(stage, Core):
                building.add_core(index, stage, stages[index + 1 :], learned[index + 1 :])
            elif isinstance(stage, Decoder):
                building.add_decoder(index, stage, learned[index], stepper_of(stages[:index], building.steps))
    if building.spec.kind != "outputs":
        raise ConfigError(
            f"the last stage, {stages[-1].name}, gives {building.spec} rather than outputs",
            "end with a decoder that gives outputs",
            places[-1],
        )
    assert building.head is not None
    return Pipeline(tuple(stages), tuple(learned), source, tuple(building.steps), building.head, building.parameters)


class _Building:
    """A pipeline as far as it has been built."""

    def __init__(self, source: Spec, supply: Supply) -> None:
        self.source = source
        self.supply = supply
        self.steps: list[Step] = []
        self.parameters: dict[str, Array] = {}
        self.head: Head | None = None

    @property
    def spec(self) -> Spec:
        return self.steps[-1].spec if self.steps else self.source

    def add_core(self, index: int, stage: Core, following: Sequence[Stage], learned: Sequence[Learned]) -> None:
        if self.head is None:
            at = next(i for i, later in enumerate(following) if isinstance(later, Decoder))
            self.head = self._ask(following[at], learned[at])
        head = None if isinstance(following[0], Core) else self.head
        self.steps.append(stage.build(self.spec, head, self._take(index, stage.parameters(self.spec, head))))

    def add_decoder(self, index: int, stage: Decoder, learned: Learned, stepper: Stepper | None) -> None:
        before = self.steps[-1]
        owns_head = isinstance(before, Network) and self.head is not None
        parameters = self._take(index, self.head.parameters) if owns_head and self.head else {}
        self.steps.append(stage.build(self.spec, learned, parameters, stepper))

    def _ask(self, decoder: Stage, learned: Learned) -> Head:
        assert isinstance(decoder, Decoder)
        head = decoder.head(self.spec, learned)
        if head is None:
            raise ConfigError(
                f"{decoder.name} cannot follow a core, it only changes what another decoder gives",
                "put a decoder such as core.labels before it",
            )
        return head

    def _take(self, index: int, wanted: Mapping[str, Parameter]) -> dict[str, Array]:
        taken = {name: self.supply(f"{index}.{name}", parameter) for name, parameter in wanted.items()}
        self.parameters |= {f"{index}.{name}": array for name, array in taken.items()}
        return taken


def check_order(stages: Sequence[Stage], places: Places) -> None:
    """Check that there are a core and a decoder, and that the kinds come in order.

    Raises:
        ConfigError: they do not.
    """
    if not stages:
        raise ConfigError("the pipeline has no stages", "list them under `stages`, or name a `model` that has them")
    order = ("tokenizer", "encoder", "core", "decoder")
    highest = 0
    for stage, place in zip(stages, places, strict=True):
        if stage.kind not in order:
            section = {"reader": "read", "writer": "write"}.get(stage.kind, "train.augment")
            raise ConfigError(f"{stage.name} cannot stand among the stages", f"put it under `{section}`", place)
        if order.index(stage.kind) < highest:
            raise ConfigError(
                f"the {stage.kind} {stage.name} stands behind a {order[highest]}",
                "the order is tokenizers, encoders, cores, decoders",
                place,
            )
        highest = order.index(stage.kind)
    for kind, example in (("core", "core.gru"), ("decoder", "core.labels")):
        if kind not in {stage.kind for stage in stages}:
            raise ConfigError(f"the pipeline has no {kind}", f"add one, such as {example}", places[-1])


@contextmanager
def _blaming(place: Location | None) -> Iterator[None]:
    """Give an error that is raised within the place where the stage is declared; what is printed is no result."""
    try:
        with redirect_stdout(sys.stderr):
            yield
    except SeqpipeError as error:
        raise (error.at(place) if place else error) from None
