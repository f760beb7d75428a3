"""Steps in child processes."""

from __future__ import annotations

from typing import Any

import numpy as np

from seqpipe.contracts import State, Step, select_rows
from seqpipe.data import Batch
from seqpipe.errors import Location, RecordError, SeqpipeError
from seqpipe.isolation.process import Child, Death, Failure
from seqpipe.limits import Limits


class IsolatedStep(Step):
    """A step that runs in a child process, in as many as threads call it at a time; the first call starts it.

    Where a child dies, hangs or grows, the records of the batch are tried one by one, and the first that does it again
    is the error: the runner takes it out and runs the others again.
    """

    def __init__(self, step: Step, limits: Limits) -> None:
        self.step = step
        self.limits = limits
        self.spec = step.spec
        self._idle: list[Child] = []  # its append and pop are atomic
        self._closed = False

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_idle": [], "_closed": False}

    def __call__(self, batch: Batch, state: State = None) -> tuple[Batch, State]:
        """Process a batch.

        Raises:
            RecordError: for the record that the step refuses, or that kills the child.
        """
        try:
            return self._ask(batch, state)
        except Death as death:
            raise self._blamed(batch, state, death) from None
        except Failure as failure:
            raise RecordError(
                f"failed: {failure}", "check the record, or tell the stage's author", _location(batch)
            ) from None

    def close(self) -> None:
        """End the children; those that still compute, and those of later calls, end after their batch."""
        self._closed = True
        while self._idle:
            try:
                self._idle.pop().kill()
            except IndexError:  # another thread was faster
                return

    def _ask(self, batch: Batch, state: State) -> tuple[Batch, State]:
        try:
            child = self._idle.pop()
        except IndexError:
            child = Child(self.step, self.limits)
        child.ask((batch, state))
        try:
            answer: tuple[Batch, State] = child.answer()  # type: ignore[assignment]  # a step always gives one
            child.answer()
        except (Failure, SeqpipeError):
            self._release(child)
            raise
        self._release(child)
        return answer

    def _release(self, child: Child) -> None:
        """Keep a child for the next batch, if there is to be one."""
        self._idle.append(child)
        if self._closed:
            self.close()

    def _blamed(self, batch: Batch, state: State, death: Death) -> RecordError:
        """Return the error that names the record that killed the child, if one does so alone."""
        where = _location(batch)
        if where is None:
            for index in range(len(batch.records)):
                try:
                    self._ask(_alone(batch, index), select_rows(state, np.array([index])))
                except Death as again:
                    where, death = batch.records[index].location, again
                    break
                except (Failure, RecordError):
                    continue
        return RecordError(str(death), "check the record, or raise the limits", where)


def _location(batch: Batch) -> Location | None:
    """Return where a record is that is alone in its batch."""
    return batch.records[0].location if len(batch.records) == 1 else None


def _alone(batch: Batch, index: int) -> Batch:
    """Return the batch of one of the records."""
    rows = np.flatnonzero(batch.rows == index)
    return batch.replace(
        records=batch.records[index : index + 1],
        sequence=None if batch.sequence is None else batch.sequence.select(rows),
        columns={name: column.select(rows) for name, column in batch.columns.items()},
        rows=np.zeros(len(rows), np.int64),
    )
