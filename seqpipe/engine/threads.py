"""Portions through a pipeline on threads of this process."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Thread
from typing import Any, ParamSpec, TypeVar

from seqpipe.data import Batch
from seqpipe.engine.attempt import Attempt, attempt
from seqpipe.engine.engine import CallingThread, Computed, Engine
from seqpipe.engine.in_order import computed_in_order
from seqpipe.engine.portions import Portion
from seqpipe.engine.stop import Stop
from seqpipe.pipeline import Pipeline

P = ParamSpec("P")
T = TypeVar("T")


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

    def __str__(self) -> str:
        return f"threads: {self.threads}"

    def map(
        self, pipeline: Pipeline, portions: Iterable[Portion | None], stop: Stop | None = None
    ) -> Iterator[Computed | None]:
        """Yield each portion with what the pipeline made of it."""
        workers = _Pool(self.threads)

        def submit(portion: Portion, earlier: Sequence[tuple[Future[Attempt], int]]) -> Future[Attempt]:
            if earlier:
                return workers.submit(_attempt_later, pipeline, portion.batch, earlier)
            return workers.submit(attempt, pipeline, portion.batch)

        try:
            yield from computed_in_order(portions, submit, lambda: self.threads, stop or Stop())
        finally:
            workers.close()


class _Pool:
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


def _attempt_later(pipeline: Pipeline, batch: Batch, earlier: Sequence[tuple[Future[Attempt], int]]) -> Attempt:
    """Wait for the pieces before those of a batch, which were submitted before them, and run these."""
    return attempt(pipeline, batch, [future.result().carried[row] for future, row in earlier])
