"""An example made ready: the stages before it fitted and built, and batches that come in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np

from seqpipe.contracts import Example, Incoming, Objective, PipelineStage, State, Step
from seqpipe.data import Batch, Record
from seqpipe.data.ragged import Array
from seqpipe.pipeline.assembly import Assembly
from seqpipe.pipeline.fit import fit
from seqpipe.pipeline.parameters import Fresh
from seqpipe.pipeline.pipeline import encode

SEED = 1


@dataclass(frozen=True, eq=False, slots=True)
class Subject:
    """The step that an example's stage builds, and those before it.

    Attributes:
        example: what was made ready.
        stage: the example's.
        before: the steps between payloads and the stage.
        incoming: what the stage is built on.
        step: the stage's own.
        objective: for a core what is asked of it; for a decoder what it asks, or the first decoder before it.
    """

    example: Example
    stage: PipelineStage
    before: tuple[Step, ...]
    incoming: Incoming
    step: Step
    objective: Objective | None

    def build(self, **changes: Any) -> Step:
        """Build the step once more, on something else than `incoming` in what is given."""
        return self.stage.build(self.incoming.replace(**changes))

    def batch(self, records: Sequence[Record] | None = None) -> Batch:
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
    assembly = Assembly(stages, example.spec, learned, Fresh(SEED), objective=example.objective)
    *before, step = assembly.steps
    assert isinstance(example.stage, PipelineStage)
    return Subject(example, example.stage, tuple(before), assembly.incoming[-1], step, assembly.objective)


def targets_of(subject: Subject, records: Sequence[Record] | None = None) -> Batch:
    """Return what comes in to the first core for these records, or the example's own, with the objective's targets.

    Raises:
        RecordError: the objective cannot learn them.
    """
    given = records_of(subject.example) if records is None else records
    batch = encode(subject.example.before, subject.before, Batch(tuple(given)))
    return subject.objective.targets(batch) if subject.objective else batch


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
    payload = max(payloads, key=len, default=None)
    return payload if payload is not None and len(payload) else None


def in_pieces(record: Record, sizes: Sequence[int]) -> list[Record]:
    """Cut a record into pieces of the given lengths, and one more with what is left."""
    begins = [0, *np.cumsum(sizes).tolist()]
    ends = [*begins[1:], len(record.payload)]
    return [
        Record(record.id, record.payload[begin:end], record.source, record.position, last=number == len(sizes))
        for number, (begin, end) in enumerate(zip(begins, ends, strict=True))
    ]
