"""Which record of a batch is at fault, so that its neighbours get their results."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple, NoReturn

import numpy as np

from seqpipe.contracts import Outcome, Stage, State, concatenate_rows, select_rows
from seqpipe.data import Batch, Record
from seqpipe.errors import Location, RecordError, SeqpipeError, raised_by
from seqpipe.pipeline import Pipeline

log = logging.getLogger("seqpipe")

OutcomeOrError = Outcome | RecordError
"""What a pipeline gave for a record, or why it gave nothing."""


class StateRow(NamedTuple):
    """What a pipeline remembers of a record between its pieces: a row of what it remembers of a batch.

    Attributes:
        states: of each step, after the batch.
        row: of the record.
        rows: how many there are.
    """

    states: Sequence[State]
    row: int
    rows: int

    def alone(self) -> StateRow:
        """Return the same without the other records of the batch, so that these can be forgotten."""
        if self.rows == 1:
            return self
        return StateRow([select_rows(state, np.array([self.row])) for state in self.states], 0, 1)


@dataclass(frozen=True, slots=True)
class Attempt:
    """What a pipeline made of a batch.

    Attributes:
        attempted: of each record.
        carried: to the next piece of each record: what is remembered, or why the record has failed; empty after the
            last pieces, and for whole records.
    """

    attempted: Sequence[OutcomeOrError]
    carried: Sequence[StateRow | RecordError] = ()


class Unforeseen(RecordError):
    """A stage raised something that is no error of seqpipe's, which is the cause of this one."""

    @classmethod
    def of(cls, error: Exception, stage: str, where: Location | None) -> Unforeseen:
        """Return the error that stands for what a stage raised."""
        what = f"failed with {type(error).__name__}: {error}"
        unforeseen = cls(what, "check the record, or tell the stage's author", where, stage=stage)
        unforeseen.__cause__ = error
        return unforeseen


def raise_failure(error: SeqpipeError) -> NoReturn:
    """Raise an error; in the place of an `Unforeseen` one its cause, which is a bug and reported as such."""
    if isinstance(error, Unforeseen) and error.__cause__:
        with raised_by(error.stage, error.where):
            raise error.__cause__
    raise error


def attempt(pipeline: Pipeline, batch: Batch, carried: Sequence[StateRow | RecordError] = ()) -> Attempt:
    """Run whole records, or a piece of each, through a pipeline.

    Rows are computed independently of each other, so that the records that are left when one is taken out get the same
    results, bit for bit.

    Args:
        pipeline: what they go through.
        batch: of the records.
        carried: for each record, from the attempt at its last piece; empty: no pieces came before.
    """
    failed = [index for index, row in enumerate(carried) if isinstance(row, RecordError)]
    if failed or not batch.records:
        return _attempt_others(pipeline, batch, carried, failed)
    if not batch.final and (stage := pipeline.not_streamable()):
        errors = [_not_streamed(record, stage) for record in batch.records]
        return Attempt(errors, errors)
    states = None
    try:
        if carried:
            states = _joined([row for row in carried if isinstance(row, StateRow)])
        out, after = pipeline(batch, states)
        assert out.outputs is not None
    except Exception as error:  # noqa: BLE001 - a stage may raise anything
        if len(batch.records) == 1:
            alone = error if isinstance(error, RecordError) else _blamed(pipeline, batch, states, error)
            return Attempt([alone], [] if batch.final else [alone])
        at, bug = _named(error, batch.records), None if isinstance(error, SeqpipeError) else error
    else:
        rows = len(batch.records)
        return Attempt(out.outputs, [] if batch.final else [StateRow(after, row, rows) for row in range(rows)])
    indices, half = list(range(len(batch.records))), len(batch.records) // 2
    apart = [indices[:half], indices[half:]] if at is None else [indices[:at] + indices[at + 1 :], [at]]
    result = _attempt_apart(pipeline, batch, carried, apart)
    if bug and at is None and not any(isinstance(outcome, RecordError) for outcome in result.attempted):
        _warn_of_slowness(bug)
    return result


def _not_streamed(record: Record, stage: Stage) -> RecordError:
    what = "takes records whole, and this one comes in pieces"
    todo = "give it whole; `seqpipe check` says which pipelines take pieces"
    return RecordError(what, todo, record.location, stage=stage.name)


def _attempt_others(
    pipeline: Pipeline, batch: Batch, carried: Sequence[StateRow | RecordError], failed: Sequence[int]
) -> Attempt:
    """Run the records that have not failed in an earlier piece; a failed record fails whatever follows of it."""
    if len(failed) == len(batch.records):
        errors = [row for row in carried if isinstance(row, RecordError)]
        return Attempt(errors, [] if batch.final else errors)
    others = [index for index in range(len(batch.records)) if index not in failed]
    return _attempt_apart(pipeline, batch, carried, [others, failed])


def _attempt_apart(
    pipeline: Pipeline, batch: Batch, carried: Sequence[StateRow | RecordError], groups: Sequence[Sequence[int]]
) -> Attempt:
    """Run each group of a batch's records for itself."""
    attempted: dict[int, OutcomeOrError] = {}
    after: dict[int, StateRow | RecordError] = {}
    for group in groups:
        part = Batch(tuple(batch.records[index] for index in group), final=batch.final)
        part_attempt = attempt(pipeline, part, [carried[index] for index in group] if carried else ())
        attempted |= zip(group, part_attempt.attempted, strict=True)
        after |= zip(group, part_attempt.carried, strict=False)  # there is none after last pieces
    return Attempt([attempted[index] for index in sorted(attempted)], [after[index] for index in sorted(after)])


def _joined(carried: Sequence[StateRow]) -> tuple[State, ...]:
    """Return the states of each step, with a row for each of some records."""
    parts = []
    for _, group in groupby(carried, key=lambda state_row: id(state_row.states)):
        of_batch = list(group)
        states, _, count = of_batch[0]
        rows = [state_row.row for state_row in of_batch]
        if rows != list(range(count)):
            states = [select_rows(state, np.array(rows, np.int64)) for state in states]
        parts.append(states)
    return tuple(parts[0] if len(parts) == 1 else map(concatenate_rows, zip(*parts, strict=True)))


def _warn_of_slowness(bug: Exception) -> None:
    """Say, once for each kind of error, that a stage fails for records together that it takes one by one."""
    if type(bug) not in _WARNED:
        _WARNED.add(type(bug))
        what = f"{type(bug).__name__}: {bug}"
        log.warning("records fail together but not alone, which takes long (tell the stage's author): %s", what)


_WARNED: set[type[Exception]] = set()
"""Kinds of errors that were reported, in this process: their texts may differ from record to record."""


def _named(error: Exception, records: Sequence[Record]) -> int | None:
    """Return which of the records an error names; None if it names none, or several have the same place."""
    if not isinstance(error, RecordError) or error.where is None:
        return None
    named = [index for index, record in enumerate(records) if record.location == error.where]
    return named[0] if len(named) == 1 else None


def _blamed(pipeline: Pipeline, batch: Batch, states: Sequence[State] | None, error: Exception) -> RecordError:
    """Return the error of a record that is alone in its batch, with the stage, which is found by running once more."""
    where = batch.records[0].location
    piece = batch
    for stage, step, state in zip(pipeline.stages, pipeline.steps, states or [None] * len(pipeline.steps), strict=True):
        try:
            piece, _ = step(piece, state)
        except Exception as again:  # noqa: BLE001 - whatever it is
            return Unforeseen.of(again, stage.name, where)
    return Unforeseen.of(error, "", where)
