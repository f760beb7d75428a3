"""An example made ready: the stages before it fitted and built, and batches that come in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from seqpipe.contracts import (
    Core,
    Decoder,
    Encoder,
    Example,
    Head,
    Learned,
    Parameters,
    Stage,
    State,
    Step,
    Stepper,
    Tokenizer,
)
from seqpipe.data import Batch, Record, Spec
from seqpipe.data.ragged import Array
from seqpipe.pipeline.encoded import stepper_of
from seqpipe.pipeline.fit import fit
from seqpipe.pipeline.parameters import Fresh

SEED = 1


@dataclass(eq=False)
class Subject:
    """The step that an example's stage builds, and those before it.

    Attributes:
        example: what was made ready.
        before: the steps between payloads and the stage.
        step: the stage's own.
        spec: what comes in to it.
        learned: what it learned from the example.
        parameters: its trained arrays, drawn.
        head: for a core what is asked of it; for a decoder what it asks, or the first decoder before it.
        stepper: the core before a decoder, if that can be asked step by step.
    """

    example: Example
    before: list[Step] = field(default_factory=list)
    learned: Learned = field(default_factory=dict)
    parameters: Parameters = field(default_factory=dict)
    head: Head | None = None
    stepper: Stepper | None = None

    step: Step = field(init=False)

    @property
    def spec(self) -> Spec:
        """What comes in to the stage."""
        return self.before[-1].spec if self.before else self.example.spec

    def build(self, learned: Learned | None = None) -> Step:
        """Build the step once more."""
        return _build(self.example.stage, self, self.learned if learned is None else learned)

    def incoming(self, records: Sequence[Record] | None = None) -> Batch:
        """Return the batch that comes in to the stage when these records, or the example's own, are read."""
        batch = Batch(tuple(records_of(self.example) if records is None else records))
        for step in self.before:
            batch, _ = step(batch)
        return batch

    def pieces(self, records: Sequence[Record]) -> Iterator[Batch]:
        """Yield what comes in to the stage for the pieces of one record."""
        states: list[State] = [None] * len(self.before)
        for record in records:
            batch = Batch((record,), final=record.last)
            for index, step in enumerate(self.before):
                batch, states[index] = step(batch, states[index])
            yield batch


def subject_of(example: Example) -> Subject:
    """Fit and build the stages of an example."""
    stages = (*example.before, example.stage)
    learned = fit(stages, example.spec, lambda: [Batch(tuple(records_of(example)))])
    subject = Subject(example)
    for index, stage in enumerate(stages):
        _prepare(stage, subject, stages[index + 1 :], learned[index:], str(index))
        subject.learned = learned[index]
        step = _build(stage, subject, learned[index])
        if index < len(example.before):
            subject.before.append(step)
            subject.stepper = stepper_of(stages[: index + 1], subject.before)
        else:
            subject.step = step
    return subject


def _prepare(stage: Stage, subject: Subject, following: Sequence[Stage], learned: Sequence[Learned], key: str) -> None:
    """Find out what is asked of a stage, and draw its arrays."""
    wanted: Mapping[str, Any] = {}
    if isinstance(stage, Core):
        subject.head = _asked(subject, following, learned[1:])
        wanted = stage.parameters(subject.spec, subject.head)
    elif isinstance(stage, Decoder) and subject.head is not None:
        wanted = subject.head.parameters if not _decoded(subject) else {}
    draw = Fresh(SEED)
    subject.parameters = {name: draw(f"{key}.{name}", parameter) for name, parameter in wanted.items()}


def _decoded(subject: Subject) -> bool:
    return subject.spec.kind in ("labels", "outputs")


def _asked(subject: Subject, following: Sequence[Stage], learned: Sequence[Learned]) -> Head | None:
    if following and isinstance(following[0], Core):
        return None
    for stage, found in zip(following, learned, strict=True):
        if isinstance(stage, Decoder):
            return stage.head(subject.spec, found)
    return subject.example.head


def _build(stage: Stage, subject: Subject, learned: Learned) -> Step:
    if isinstance(stage, Tokenizer | Encoder):
        return stage.build(subject.spec, learned)
    if isinstance(stage, Core):
        return stage.build(subject.spec, subject.head, subject.parameters)
    assert isinstance(stage, Decoder)
    return stage.build(subject.spec, learned, subject.parameters, subject.stepper)


def targets_of(subject: Subject) -> Batch:
    """Return what comes in to the first core, with what the head makes of the targets.

    Raises:
        RecordError: the head cannot learn them.
    """
    batch = Batch(tuple(records_of(subject.example)))
    for step, stage in zip(subject.before, subject.example.before, strict=True):
        if isinstance(stage, Core):
            break
        batch, _ = step(batch)
    return subject.head.targets(batch) if subject.head else batch


def records_of(example: Example) -> list[Record]:
    """Return a record for each item that is given, with copies: a wrong stage may change what it gets."""
    targets = example.targets or [None] * len(example.given)
    return [
        Record(f"example:{position}", deepcopy(payload), "example", position, {}, deepcopy(target))
        for position, (payload, target) in enumerate(zip(example.given, targets, strict=True), 1)
    ]


def can_be_cut(payload: Any) -> bool:
    """Whether a payload is a sequence that the kit can cut and repeat."""
    return isinstance(payload, str | list | np.ndarray)


def repeated(payload: Any, length: int) -> Any:
    """Return a payload of the given length, made by going round the given one."""
    times = -(-length // len(payload))
    if isinstance(payload, np.ndarray):
        whole: Array = np.concatenate([payload] * times)
        return whole[:length]
    return (payload * times)[:length]


def longest(example: Example) -> Any:
    """Return the longest payload of an example; None where payloads are no sequences."""
    payloads = [payload for payload in example.given if can_be_cut(payload)]
    found = max(payloads, key=len, default=None)
    return found if found is not None and len(found) else None


def in_pieces(record: Record, sizes: Sequence[int]) -> list[Record]:
    """Cut a record into pieces of the given lengths, and one more with what is left."""
    begins = [0, *np.cumsum(sizes).tolist()]
    ends = [*begins[1:], len(record.payload)]
    return [
        Record(record.id, record.payload[begin:end], record.source, record.position, last=number == len(sizes))
        for number, (begin, end) in enumerate(zip(begins, ends, strict=True))
    ]
