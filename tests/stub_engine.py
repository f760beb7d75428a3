"""An engine whose workers are threads of this process, which die of what the tests say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, ClassVar

from pydantic import PrivateAttr

from seqpipe.contracts import RemoteEngine, WorkerDied, Workers
from seqpipe.engine.work import load_work


class StubEngine(RemoteEngine):
    """Workers die of each request with the text ``deadly``, or of all, and the first time of one with ``unlucky``."""

    name: ClassVar[str] = "stub"

    workers: int = 2
    deadly: bool = False
    _deaths: list[bytes] = PrivateAttr(default_factory=list)

    @property
    def deaths(self) -> int:
        """How many workers have died."""
        return len(self._deaths)

    @contextmanager
    def start(self, work: bytes) -> Iterator[Workers]:
        with ThreadPoolExecutor(self.workers) as pool:
            yield StubWorkers(load_work(work), pool, self, self._deaths)


class StubWorkers(Workers):
    def __init__(
        self, work: Callable[[bytes], bytes], pool: ThreadPoolExecutor, engine: StubEngine, deaths: list[bytes]
    ) -> None:
        self._work = work
        self._pool = pool
        self._engine = engine
        self._deaths = deaths

    @property
    def count(self) -> int:
        return self._engine.workers

    def submit(self, request: bytes) -> Future[Any]:
        return self._pool.submit(self._answer, request)

    def _answer(self, request: bytes) -> bytes:
        unlucky = b"unlucky" in request and request not in self._deaths
        if self._engine.deadly or b"deadly" in request or unlucky:
            self._deaths.append(request)
            raise WorkerDied("killed")
        return self._work(request)
