"""Batches through a pipeline, several at a time, results in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass

from seqpipe.contracts import Outcome, State
from seqpipe.data import Batch, Record
from seqpipe.engine.failures import Attempted, attempt, attempt_piece, raise_failure
from seqpipe.engine.stop import Stop
from seqpipe.engine.workers import Workers
from seqpipe.errors import RecordError
from seqpipe.pipeline import Pipeline

AHEAD = 2
"""Batches in flight for each thread: one that is computed and one that waits, so that memory stays bounded."""

_TICK = 0.1
"""Seconds after which whoever waits for a batch looks whether the run shall end."""


@dataclass(frozen=True, slots=True)
class Done:
    """A batch that has gone through the pipeline.

    Attributes:
        records: what came in.
        outcomes: for each record, the results that are known now.
    """

    records: tuple[Record, ...]
    outcomes: Sequence[Outcome]

    def results(self) -> Iterator[Record]:
        """Yield an output record for each result."""
        for record, outcome in zip(self.records, self.outcomes, strict=True):
            yield from results_of(record, outcome)


def results_of(record: Record, outcome: Outcome) -> list[Record]:
    """Return an output record for each result that was found for a record."""
    return [Record(record.id, result, record.source, record.position, record.columns) for result in outcome]


def process(pipeline: Pipeline, batches: Iterable[Batch], threads: int = 1) -> Iterator[Done]:
    """Yield the results of batches in their order, while up to ``threads`` of them are computed.

    One thread is the calling one: a batch is computed when it has been read. With more, reading goes on in the calling
    thread, so that reading, computing and what the caller does with the results overlap. The pieces of one record are
    computed one after the other, each with the state that the one before left.

    Raises:
        RecordError: for the first record that cannot be processed.
    """
    waiting: deque[Batch] = deque()

    def noted() -> Iterator[Batch]:
        for batch in batches:
            waiting.append(batch)
            yield batch

    found = attempts(pipeline, noted(), threads) if threads > 1 else _one_by_one(pipeline, noted())
    for attempted in found:
        records = waiting.popleft().records
        outcomes: list[Outcome] = []
        for one in attempted or ():
            if isinstance(one, RecordError):
                raise_failure(one)
            outcomes.append(one)
        yield Done(records, outcomes)


def _one_by_one(pipeline: Pipeline, batches: Iterable[Batch]) -> Iterator[list[Attempted]]:
    """Yield for each batch what was found for its records, computed in the calling thread."""
    before: _Attempt | None = None
    for batch in batches:
        done = _attempt(pipeline, batch, before)
        before = None if batch.final else done
        yield done.attempted


def attempts(
    pipeline: Pipeline, batches: Iterable[Batch | None], threads: int = 1, stop: Stop | None = None
) -> Iterator[list[Attempted] | None]:
    """Yield for each batch, in order, what was found for its records, or why nothing was.

    Args:
        pipeline: run by ``threads`` threads.
        batches: None where there is none now, upon which those that are done are yielded, and None if none is.
        threads: batches that are computed at a time.
        stop: when it asks for the end, what is in flight is waited for as long as it says.
    """
    stop = stop or Stop()
    workers = Workers(threads)
    flying: deque[Future[_Attempt]] = deque()
    before: Future[_Attempt] | None = None
    try:
        for batch in batches:
            if batch is not None:
                flying.append(workers.submit(_attempt_after, pipeline, batch, before))
                before = None if batch.final else flying[-1]
            while flying and (flying[0].done() or len(flying) >= AHEAD * threads) and _wait(flying[0], stop):
                yield flying.popleft().result().attempted
            if batch is None:
                yield None
        while flying and _wait(flying[0], stop):
            yield flying.popleft().result().attempted
    finally:
        for future in flying:
            future.cancel()
        workers.close()


@dataclass(frozen=True, slots=True)
class _Attempt:
    attempted: list[Attempted]
    states: Sequence[State] | None


def _attempt_after(pipeline: Pipeline, batch: Batch, before: Future[_Attempt] | None) -> _Attempt:
    return _attempt(pipeline, batch, before.result() if before else None)


def _attempt(pipeline: Pipeline, batch: Batch, previous: _Attempt | None) -> _Attempt:
    if previous is None and batch.final:
        return _Attempt(attempt(pipeline, batch), None)
    if previous and isinstance(previous.attempted[0], RecordError):
        return previous  # the record has failed, whatever follows of it
    return _Attempt(*attempt_piece(pipeline, batch, previous.states if previous else None))


def _wait(future: Future[_Attempt], stop: Stop) -> bool:
    """Wait for a batch; return whether it is there, False if the run shall end before."""
    while True:
        seconds = stop.seconds_left(_TICK)
        try:
            future.exception(seconds)
        except NotYet:
            if not stop.signal or seconds > 0:
                continue
            return False
        return True
