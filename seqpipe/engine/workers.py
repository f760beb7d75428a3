"""Threads that compute. Unlike those of `concurrent.futures`, they do not keep the process from ending."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Thread
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Workers:
    """Up to so many threads, each started for a task that comes; they end when there is nothing to do after `close`."""

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
