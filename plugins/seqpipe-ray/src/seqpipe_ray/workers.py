"""Who of the workers gets which request; workers that die are replaced."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

import seqpipe
from seqpipe_ray.actors import Actors

AHEAD = 2
"""Requests that a worker has: one that it answers, and one that has travelled meanwhile."""

STARTS = 3
"""Times in a row that workers may die while they start."""

_TICK = 0.5
"""Seconds after which it is looked whether a worker has become ready in time."""


@dataclass(eq=False, slots=True)
class _Request:
    content: bytes
    answer: Future[bytes] = field(default_factory=Future)
    worker: _Worker | None = None

    def __post_init__(self) -> None:
        self.answer.set_running_or_notify_cancel()  # nobody cancels it


@dataclass(eq=False, slots=True)
class _Worker:
    actor: Any = None
    requests: deque[_Request] = field(default_factory=deque)  # in the order in which it answers them


class RayWorkers(seqpipe.Workers):
    """The workers of a run. One thread hands out requests, so that nothing else has to be locked.

    Args:
        actors: to start them.
        wanted: how many; fewer are enough to begin.
        seconds: that there may be none ready.
        cpus: of the cluster.
    """

    def __init__(self, actors: Actors, wanted: int, seconds: float, cpus: int) -> None:
        self._actors = actors
        self._seconds = seconds
        self._cpus = cpus
        self._events: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._waiting: deque[_Request] = deque()
        self._workers: set[_Worker] = set()
        self._free: list[dict[_Worker, None]] = [{} for _ in range(AHEAD)]  # by how many requests they have
        self._ready = 0
        self._failed_starts = 0
        self._deadline = time.monotonic() + seconds
        self._failure: BaseException | None = None
        self._thread = Thread(target=self._serve, name="seqpipe-workers", daemon=True)
        for _ in range(wanted):
            self._events.put(self._start)
        self._thread.start()

    @property
    def count(self) -> int:
        """How many are ready."""
        return max(1, self._ready)

    def submit(self, request: bytes) -> Future[bytes]:
        """Give a request to the worker that has the fewest, as soon as one has room for it."""
        made = _Request(request)
        self._events.put(lambda: self._take(made))
        return made.answer

    def close(self) -> None:
        """End the workers, whatever they do."""
        self._events.put(None)
        self._thread.join()
        for worker in self._workers:
            self._actors.end(worker.actor)

    def _serve(self) -> None:
        """Do what there is to do, one after the other."""
        while True:
            try:
                act = self._events.get(timeout=_TICK)
            except Empty:
                self._check_time()
                continue
            if act is None:
                return
            try:
                act()
            except BaseException as error:  # noqa: BLE001 - whatever Ray raises is the requests' error
                self._fail(error)

    def _start(self) -> None:
        worker = _Worker()
        self._workers.add(worker)
        worker.actor = self._actors.start(
            lambda came: self._events.put(lambda: self._loaded(worker, came)),
        )

    def _loaded(self, worker: _Worker, came: bytes | BaseException) -> None:
        if not isinstance(came, BaseException):
            self._failed_starts = 0
            self._ready += 1
            self._sort_in(worker)
            self._hand_out()
            return
        self._workers.discard(worker)
        if not isinstance(came, seqpipe.WorkerDied):
            self._fail(came)
            return
        self._failed_starts += 1
        if self._failed_starts < STARTS:
            self._start()
        elif not self._workers:
            self._fail(seqpipe.PluginError(f"workers die while they start: {came}", "see the logs of the cluster"))

    def _take(self, request: _Request) -> None:
        if self._failure is not None:
            request.answer.set_exception(self._failure)
            return
        self._waiting.append(request)
        self._hand_out()

    def _hand_out(self) -> None:
        """Give those who have the fewest requests one more each, as long as requests wait."""
        while self._waiting:
            worker = next((next(iter(workers)) for workers in self._free if workers), None)
            if worker is None:
                return
            self._ask(worker, self._waiting.popleft())

    def _sort_in(self, worker: _Worker) -> None:
        """Put a worker among those that have as few requests; one that has enough, or has died, nowhere."""
        for workers in self._free:
            workers.pop(worker, None)
        if len(worker.requests) < AHEAD and worker in self._workers:
            self._free[len(worker.requests)][worker] = None

    def _ask(self, worker: _Worker, request: _Request) -> None:
        request.worker = worker
        worker.requests.append(request)
        self._sort_in(worker)
        self._actors.ask(
            worker.actor,
            request.content,
            lambda came: self._events.put(lambda: self._answered(worker, request, came)),
        )

    def _answered(self, worker: _Worker, request: _Request, came: bytes | BaseException) -> None:
        if request.worker is not worker:
            return  # another worker has it by now
        if isinstance(came, seqpipe.WorkerDied):
            self._replace(worker, came)
        else:
            worker.requests.remove(request)
            self._sort_in(worker)
            if isinstance(came, BaseException):
                request.answer.set_exception(came)
            else:
                request.answer.set_result(came)
        self._hand_out()

    def _replace(self, worker: _Worker, died: seqpipe.WorkerDied) -> None:
        """Start a worker in the place of one that has died of the first of its requests; the others wait again."""
        self._workers.discard(worker)
        self._sort_in(worker)
        self._actors.end(worker.actor)
        first, *others = worker.requests
        for request in worker.requests:
            request.worker = None
        self._waiting.extendleft(reversed(others))
        self._start()
        self._ready -= 1
        if not self._ready:
            self._deadline = time.monotonic() + self._seconds
        first.answer.set_exception(died)

    def _check_time(self) -> None:
        """Give up where no worker has become ready in time."""
        if self._failure is None and not self._ready and time.monotonic() > self._deadline:
            what = f"no worker has become ready within {self._seconds:g} s, on a cluster with {self._cpus} CPUs"
            self._fail(seqpipe.UsageError(what, "wait until it has room, or raise engine.start_seconds"))

    def _fail(self, error: BaseException) -> None:
        """Answer all requests, those that come as well, with an error."""
        self._failure = error
        while self._waiting:
            self._waiting.popleft().answer.set_exception(error)
