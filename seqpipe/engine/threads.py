"""Portions through a pipeline on threads of this process."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from queue import SimpleQueue
from threading import Thread
from typing import Any, ParamSpec, TypeVar

from seqpipe.data import Batch
from seqpipe.engine.attempt import Attempt, attempt
from seqpipe.engine.engine import CallingThread, Computed, Engine, OpenRecords
from seqpipe.engine.portions import Portion
from seqpipe.engine.prefetch import Prefetch
from seqpipe.engine.stop import Stop
from seqpipe.pipeline import Pipeline

P = ParamSpec("P")
T = TypeVar("T")

AHEAD = 2
"""Portions in flight for each thread: one that is computed and one that waits, so that memory stays bounded."""

_TICK = 0.1
"""Seconds after which whoever waits for a portion looks whether the run is to end."""


def engine_of(threads: int) -> Engine:
    """Return the engine with so many threads; one is the calling one."""
    return CallingThread() if threads == 1 else Threads(threads)


class Threads(Engine):
    """Computes several portions at a time, while the calling thread reads and takes the results.

    Args:
        threads: how many.
    """

    def __init__(self, threads: int = 1) -> None:
        self.threads = threads

    def map(
        self, pipeline: Pipeline, portions: Iterable[Portion | None], stop: Stop | None = None
    ) -> Iterator[Computed | None]:
        """Yield each portion with what the pipeline made of it."""
        stop = stop or Stop()
        workers = _Workers(self.threads)
        in_flight: deque[tuple[Portion, Future[Attempt]]] = deque()
        open_records = OpenRecords[Future[Attempt]]()
        failures: list[Exception] = []
        try:
            for portion in _until_failure(portions, failures):
                if portion is not None:
                    earlier = open_records.before(portion)
                    if earlier:
                        future = workers.submit(_attempt_later, pipeline, portion.batch, earlier)
                    else:
                        future = workers.submit(attempt, pipeline, portion.batch)
                    open_records.add(portion, future)
                    in_flight.append((portion, future))
                    if isinstance(portions, Prefetch):
                        future.add_done_callback(lambda _: portions.wake())
                while in_flight and (in_flight[0][1].done() or len(in_flight) >= AHEAD * self.threads):
                    if not _wait(in_flight[0][1], stop):
                        break
                    yield _computed(*in_flight.popleft())
                if portion is None:
                    yield None
            while in_flight and _wait(in_flight[0][1], stop):
                yield _computed(*in_flight.popleft())
            if failures:
                raise failures[0]
        finally:
            for _, future in in_flight:
                future.cancel()
            workers.close()


class _Workers:
    """Up to so many threads, each started for a task that comes; they end when there is nothing to do after `close`.

    Unlike those of `concurrent.futures`, they do not keep the process from ending.
    """

    def __init__(self, threads: int) -> None:
        self._tasks: SimpleQueue[tuple[Future[Any], Callable[..., Any], tuple[Any, ...]] | None] = SimpleQueue()
        self._threads = threads
        self._started = 0

    def submit(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Call a function on one of the threads; those that were submitted earlier come first."""
        future: Future[T] = Future()
        self._tasks.put((future, function, args))
        if self._started < self._threads:
            Thread(target=self._work, name=f"seqpipe-{self._started}", daemon=True).start()
            self._started += 1
        return future

    def close(self) -> None:
        """Let the threads end, without waiting for them."""
        for _ in range(self._started):
            self._tasks.put(None)

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None:
            future, function, arguments = task
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(function(*arguments))
                except BaseException as error:  # noqa: BLE001 - it is raised where the result is asked for
                    future.set_exception(error)


def _until_failure(portions: Iterable[T], failures: list[Exception]) -> Iterator[T]:
    """Yield portions; add what reading raises to the failures: what came before it is in flight, and not lost."""
    try:
        yield from portions
    except Exception as error:  # noqa: BLE001 - it is raised after the results before it
        failures.append(error)


def _attempt_later(pipeline: Pipeline, batch: Batch, earlier: Sequence[tuple[Future[Attempt], int]]) -> Attempt:
    """Wait for the pieces before those of a batch, which were submitted before them, and run these."""
    return attempt(pipeline, batch, [future.result().carried[row] for future, row in earlier])


def _computed(portion: Portion, future: Future[Attempt]) -> Computed:
    return Computed(portion, future.result().attempted)


def _wait(future: Future[Attempt], stop: Stop) -> bool:
    """Wait for a portion; return whether it is there, False if the run is to end before."""
    while True:
        seconds = stop.seconds_left(_TICK)
        try:
            future.exception(seconds)
        except NotYet:
            if not stop.signal or seconds > 0:
                continue
            return False
        return True
