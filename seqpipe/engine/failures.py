"""Which record of a batch is at fault, so that its neighbours get their results."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import NoReturn

from seqpipe.contracts import Outcome, State
from seqpipe.data import Batch, Record
from seqpipe.errors import Location, RecordError, SeqpipeError
from seqpipe.pipeline import Pipeline

log = logging.getLogger("seqpipe")

Attempted = Outcome | RecordError
"""What a pipeline gave for a record, or why it gave nothing."""


class Unforeseen(RecordError):
    """A stage raised something that is no error of seqpipe's, which is the cause of this one."""

    @classmethod
    def of(cls, error: Exception, stage: str, where: Location | None) -> Unforeseen:
        """Return the error that stands for what a stage raised."""
        what = f"failed with {type(error).__name__}: {error}"
        made = cls(what, "check the record, or tell the stage's author", where)
        made.stage = stage
        made.__cause__ = error
        return made


def raise_failure(error: SeqpipeError) -> NoReturn:
    """Raise an error; in the place of an `Unforeseen` one its cause, which is a bug and reported as such."""
    if isinstance(error, Unforeseen) and error.__cause__:
        raise error.__cause__
    raise error


def attempt(pipeline: Pipeline, batch: Batch) -> list[Attempted]:
    """Run whole records through a pipeline.

    Rows are computed independently of each other, so that the records that are left when one is taken out get the same
    results, bit for bit.

    Returns:
        For each record its results, or the error that it caused.
    """
    if not batch.records:
        return []
    try:
        outputs = pipeline(batch)[0].outputs
        assert outputs is not None
        return list(outputs)
    except Exception as error:  # noqa: BLE001 - a stage may raise anything
        if len(batch.records) == 1:
            return [error if isinstance(error, RecordError) else _blamed(pipeline, batch, None, error)]
        at, bug = _named(error, batch.records), None if isinstance(error, SeqpipeError) else error
    if at is not None:
        rest = attempt(pipeline, Batch(batch.records[:at] + batch.records[at + 1 :]))
        return rest[:at] + attempt(pipeline, Batch(batch.records[at : at + 1])) + rest[at:]
    half = len(batch.records) // 2
    found = [
        *attempt(pipeline, Batch(batch.records[:half])),
        *attempt(pipeline, Batch(batch.records[half:])),
    ]
    if bug and not any(isinstance(one, RecordError) for one in found):
        _warn_of_slowness(bug)
    return found


def _warn_of_slowness(bug: Exception) -> None:
    """Say, once for each kind of error, that a stage fails for records together that it takes one by one."""
    if type(bug) not in _WARNED:
        _WARNED.add(type(bug))
        what = f"{type(bug).__name__}: {bug}"
        log.warning("records fail together but not alone, which takes long (tell the stage's author): %s", what)


_WARNED: set[type[Exception]] = set()
"""Kinds of errors that were reported, in this process: their texts may differ from record to record."""


def attempt_piece(
    pipeline: Pipeline, batch: Batch, states: Sequence[State] | None
) -> tuple[list[Attempted], Sequence[State]]:
    """Run a piece of a record through a pipeline; return its results or the error, and the states after it."""
    try:
        out, after = pipeline(batch, states)
    except Exception as error:  # noqa: BLE001 - a stage may raise anything
        return [error if isinstance(error, RecordError) else _blamed(pipeline, batch, states, error)], ()
    assert out.outputs is not None
    return list(out.outputs), after


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
