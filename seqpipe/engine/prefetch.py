"""Reading ahead in a thread of its own, so that a slow input does not keep results, nor the end of a run, waiting."""

from __future__ import annotations

from collections.abc import Iterator
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import Generic, TypeVar

from seqpipe.engine.stop import Stop

T = TypeVar("T")

PORTIONS = 2
"""Portions of the input that wait to be computed, at most."""

TICK = 0.05
"""Seconds after which whoever waits for the input looks whether there is something else to do."""


class Prefetch(Generic[T]):
    """Iterates over portions that a thread reads; None where nothing has come for a while. It ends with the run.

    Args:
        portions: read in the thread.
        stop: asks for the end.
    """

    def __init__(self, portions: Iterator[T], stop: Stop) -> None:
        self._portions = portions
        self._stop = stop
        self._read: Queue[T | BaseException | None] = Queue(PORTIONS)
        self._closed = Event()
        Thread(target=self._work, name="seqpipe-reading", daemon=True).start()

    def __iter__(self) -> Iterator[T | None]:
        while not self._stop.signal:
            try:
                portion = self._read.get(timeout=TICK)
            except Empty:
                yield None
                continue
            if portion is None:
                return
            if isinstance(portion, BaseException):
                raise portion
            yield portion

    def close(self) -> None:
        """Let the thread end, without waiting for it."""
        self._closed.set()

    def _work(self) -> None:
        try:
            for portion in self._portions:
                self._put(portion)
                if self._closed.is_set():
                    return
            self._put(None)
        except BaseException as error:  # noqa: BLE001 - it is raised where the portions are asked for
            self._put(error)

    def _put(self, portion: T | BaseException | None) -> None:
        while not self._closed.is_set():
            try:
                self._read.put(portion, timeout=TICK)
            except Full:
                continue
            return
