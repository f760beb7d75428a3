"""Portions through a pipeline on the workers of a plugin's engine."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from threading import Lock
from typing import TypeVar

from seqpipe.contracts import RemoteEngine, WorkerDied, Workers
from seqpipe.data import Batch
from seqpipe.engine.attempt import Attempt, StateRow, attempt
from seqpipe.engine.engine import Computed, Engine
from seqpipe.engine.in_order import computed_in_order
from seqpipe.engine.portions import Portion
from seqpipe.engine.stop import Stop
from seqpipe.engine.work import pack_work
from seqpipe.errors import RecordError
from seqpipe.pipeline import Pipeline

T = TypeVar("T")

Carried = Sequence[StateRow | RecordError]

DEATHS = 2
"""Workers that a batch may kill: by chance one died beside it, but hardly two."""


class Remote(Engine):
    """Computes portions on the workers of another engine. What is remembered of records in pieces travels with these.

    Args:
        engine: of a plugin.
        plugins: that the pipeline needs: of each its distribution, with the version; workers must have the same.
    """

    def __init__(self, engine: RemoteEngine, plugins: Mapping[str, str]) -> None:
        self.engine = engine
        self.plugins = plugins

    def __str__(self) -> str:
        return f"engine: {self.engine.address or self.engine.name}"

    def map(
        self, pipeline: Pipeline, portions: Iterable[Portion | None], stop: Stop | None = None
    ) -> Iterator[Computed | None]:
        """Yield each portion with what the pipeline made of it."""
        with self.engine.start(pack_work(AttemptWork(pipeline.for_inference()), self.plugins)) as workers:
            attempts = _Attempts(workers)
            yield from computed_in_order(portions, attempts.submit, lambda: workers.count, stop or Stop())


class AttemptWork:
    """Attempts at batches, in a worker."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline

    def __call__(self, request: bytes) -> bytes:
        """Answer with the attempt at a batch and what its records carry."""
        batch, carried = pickle.loads(request)  # noqa: S301 - from the run that sent this work
        return pickle.dumps(attempt(self.pipeline, batch, carried))


class _Attempts:
    """Attempts by workers, any of which may die.

    A batch that has killed as many workers as it may is cut in halves, until the record is alone that does it: this one
    has failed, and its neighbours have the results that they would have without it.
    """

    def __init__(self, workers: Workers) -> None:
        self._workers = workers

    def submit(self, portion: Portion, earlier: Sequence[tuple[Future[Attempt], int]]) -> Future[Attempt]:
        """Have a portion computed as soon as the pieces before its own are."""
        promise: Future[Attempt] = _promise()

        def begin() -> None:
            self._begin(portion.batch, [future.result().carried[row] for future, row in earlier], 0, promise)

        _when_done([future for future, _ in earlier], begin, promise)
        return promise

    def _begin(self, batch: Batch, carried: Carried, deaths: int, promise: Future[Attempt]) -> None:
        """Have a batch computed that has killed so many workers."""
        answer = self._workers.submit(pickle.dumps((batch, carried)))

        def take() -> None:
            if not isinstance(answer.exception(), WorkerDied):
                promise.set_result(pickle.loads(answer.result()))  # noqa: S301 - from our own worker
            elif deaths + 1 < DEATHS:
                self._begin(batch, carried, deaths + 1, promise)
            elif len(batch.records) > 1:
                self._halve(batch, carried, promise)
            else:
                promise.set_result(_failed(batch))

        _when_done([answer], take, promise)

    def _halve(self, batch: Batch, carried: Carried, promise: Future[Attempt]) -> None:
        """Have both halves of a batch computed, of which the next death already tells which one it is."""
        half = len(batch.records) // 2
        promises: list[Future[Attempt]] = [_promise(), _promise()]
        for part, half_promise in zip((slice(half), slice(half, None)), promises, strict=True):
            records = batch.records[part]
            deaths = DEATHS - 1 if len(records) > 1 else 0
            self._begin(Batch(records, final=batch.final), carried[part], deaths, half_promise)

        def join() -> None:
            first, second = (each.result() for each in promises)
            promise.set_result(
                Attempt([*first.attempted, *second.attempted], [*first.carried, *second.carried]),
            )

        _when_done(promises, join, promise)


def _promise() -> Future[T]:
    """Return a future that is already being worked for, so that nobody cancels it."""
    promise: Future[T] = Future()
    promise.set_running_or_notify_cancel()
    return promise


def _when_done(futures: Sequence[Future[T]], act: Callable[[], None], promise: Future[Attempt]) -> None:
    """Act when all futures are done, on whichever thread the last one is; what acting raises is the promise's."""
    left, lock = len(futures), Lock()

    def one_is_done(_: Future[T] | None) -> None:
        nonlocal left
        with lock:
            left -= 1
            if left > 0:
                return
        try:
            act()
        except BaseException as error:  # noqa: BLE001 - it is raised where the result is asked for
            promise.set_exception(error)

    for future in futures:
        future.add_done_callback(one_is_done)
    if not futures:
        one_is_done(None)


def _failed(batch: Batch) -> Attempt:
    """Return the attempt at a record, alone in its batch, that has killed every worker that tried."""
    where = batch.records[0].location
    error = RecordError(f"{DEATHS} workers died of it", "check the record, or give workers more memory", where)
    return Attempt([error], [] if batch.final else [error])
