"""Stages into steps, from left to right, with every mismatch found before a record is read."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout

from seqpipe.contracts import (
    Core,
    Decoder,
    Incoming,
    Learned,
    Network,
    Objective,
    Parameter,
    PipelineStage,
    Precision,
    Stage,
    Step,
)
from seqpipe.data import Spec
from seqpipe.data.ragged import Array
from seqpipe.errors import ConfigError, Location, SeqpipeError, raised_by
from seqpipe.pipeline.encoded_stepper import stepper_of
from seqpipe.pipeline.parameters import Supply
from seqpipe.pipeline.pipeline import Pipeline
from seqpipe.pipeline.quantized import rounded

MOST_WEIGHTS = 1_000_000_000
"""Of a stage: four gigabytes, asked for before anything is allocated."""

Locations = Sequence[Location | None]
"""Where each stage is declared."""


def assemble(
    stages: Sequence[Stage],
    source: Spec,
    learned: Sequence[Learned],
    supply: Supply,
    locations: Locations = (),
    precision: Precision = "float32",
) -> Pipeline:
    """Build the steps of a pipeline.

    Args:
        stages: in order.
        source: what the reader gives.
        learned: of each stage, empty mappings where a stage learned nothing.
        supply: gives the trained arrays.
        locations: where each stage is declared, for messages.
        precision: of the weights of cores.

    Raises:
        ConfigError: stages that do not fit.
        ModelError: weights that do not fit.
    """
    locations = locations or (None,) * len(stages)
    check_order(stages, locations)
    assembly = Assembly(stages, source, learned, supply, locations, precision=precision)
    if assembly.spec.kind != "outputs":
        raise ConfigError(
            f"the last stage, {stages[-1].name}, gives {assembly.spec} rather than outputs",
            "end with a decoder that gives outputs",
            locations[-1],
        )
    assert assembly.objective is not None
    steps, parameters = tuple(assembly.steps), assembly.parameters
    return Pipeline(tuple(stages), tuple(learned), source, steps, assembly.objective, parameters, precision)


class Assembly:
    """Stages of a pipeline, or its first ones, built each on what the ones before it give.

    Args:
        stages: in order.
        source: what the reader gives.
        learned: of each stage.
        supply: gives the trained arrays.
        locations: where each stage is declared, for messages; none: nowhere.
        objective: what is asked of the last core where no decoder follows.
        precision: of the weights of cores.

    Attributes:
        steps: one for each stage.
        incoming: what each was built on.
        objective: what the first decoder asks of the network.
        parameters: all trained arrays, each under ``<index of its stage>.<name>``.

    Raises:
        ConfigError: stages that do not fit.
        ModelError: weights that do not fit.
    """

    def __init__(
        self,
        stages: Sequence[Stage],
        source: Spec,
        learned: Sequence[Learned],
        supply: Supply,
        locations: Locations = (),
        objective: Objective | None = None,
        precision: Precision = "float32",
    ) -> None:
        self.stages = stages
        self.source = source
        self.learned = learned
        self.supply = supply
        self.precision = precision
        self.steps: list[Step] = []
        self.incoming: list[Incoming] = []
        self.objective: Objective | None = None
        self.parameters: dict[str, Array] = {}
        for index, location in enumerate(locations or (None,) * len(stages)):
            with _blaming(location), raised_by(stages[index].name, location):
                self._add(index, objective)

    @property
    def spec(self) -> Spec:
        """What the last step gives."""
        return self.steps[-1].spec if self.steps else self.source

    def _add(self, index: int, objective: Objective | None) -> None:
        stage = self.stages[index]
        assert isinstance(stage, PipelineStage)
        incoming = Incoming(self.spec, self.learned[index])
        if isinstance(stage, Core):
            if self.objective is None:
                self.objective = self._asked(index) or objective
            followed = index + 1 < len(self.stages) and isinstance(self.stages[index + 1], Core)
            incoming = incoming.replace(objective=None if followed else self.objective)
            incoming = incoming.replace(parameters=self._take(index, stage.parameters(incoming), self.precision))
            incoming = incoming.replace(precision=self.precision)
        elif isinstance(stage, Decoder):
            stepper = stepper_of(self.stages[:index], self.steps) if self.steps else None
            incoming = incoming.replace(objective=self.objective, stepper=stepper)
            if self.objective is not None and isinstance(self.steps[-1], Network):
                incoming = incoming.replace(parameters=self._take(index, self.objective.parameters))
        self.incoming.append(incoming)
        self.steps.append(stage.build(incoming))

    def _asked(self, index: int) -> Objective | None:
        """Return what the first decoder after a core asks of it; None without any."""
        for later in range(index, len(self.stages)):
            stage = self.stages[later]
            if isinstance(stage, Decoder):
                objective = stage.objective(Incoming(self.spec, self.learned[later]))
                if objective is None:
                    raise ConfigError(
                        f"{stage.name} cannot follow a core, it only changes what another decoder gives",
                        "put a decoder such as core.labels before it",
                    )
                return objective
        return None

    def _take(self, index: int, wanted: Mapping[str, Parameter], precision: Precision = "float32") -> dict[str, Array]:
        count = sum(math.prod(parameter.shape) for parameter in wanted.values())
        if count > MOST_WEIGHTS:
            what = f"{self.stages[index].name} would have {count:,} weights, and {MOST_WEIGHTS:,} are the most"
            raise ConfigError(what, "take fewer hidden units, layers or entries of a vocabulary")
        taken = {name: self.supply(f"{index}.{name}", parameter) for name, parameter in wanted.items()}
        if precision == "int8":
            taken = rounded(taken)
        self.parameters |= {f"{index}.{name}": array for name, array in taken.items()}
        return taken


def check_order(stages: Sequence[Stage], locations: Locations) -> None:
    """Check that there are a core and a decoder, and that the kinds come in order.

    Raises:
        ConfigError: they do not.
    """
    if not stages:
        raise ConfigError("the pipeline has no stages", "list them under `stages`, or name a `model` that has them")
    order = ("tokenizer", "encoder", "core", "decoder")
    highest = 0
    for stage, location in zip(stages, locations, strict=True):
        if stage.kind not in order:
            section = {"reader": "read", "writer": "write"}.get(stage.kind, "train.augment")
            raise ConfigError(f"{stage.name} cannot stand among the stages", f"put it under `{section}`", location)
        if order.index(stage.kind) < highest:
            raise ConfigError(
                f"the {stage.kind} {stage.name} stands after a {order[highest]}",
                "the order is tokenizers, encoders, cores, decoders",
                location,
            )
        highest = order.index(stage.kind)
    for kind, example in (("core", "core.gru"), ("decoder", "core.labels")):
        if kind not in {stage.kind for stage in stages}:
            raise ConfigError(f"the pipeline has no {kind}", f"add one, such as {example}", locations[-1])


@contextmanager
def _blaming(location: Location | None) -> Iterator[None]:
    """Give an error that is raised within the place where the stage is declared; what is printed is no result."""
    try:
        with redirect_stdout(sys.stderr):
            yield
    except SeqpipeError as error:
        raise (error.at(location) if location else error) from None
