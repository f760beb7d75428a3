"""Records of all requests and sessions, computed together.

A batch has the rows that wait at the same time, of one pipeline and of one kind. What a row gives does not depend on
its batch, bit for bit, so nobody can tell.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import NamedTuple

import seqpipe
from seqpipe_serve.problem import busy

MOST_ROWS = 256
"""Of a batch."""

MOST_POSITIONS = 1 << 16
"""Of a batch, characters or samples, after which no further row is added: so that others do not wait long."""

_LEAST_MEASURED = 4096
"""Positions that a batch counts for at least where its time is measured: what a short one takes is not its length's."""

Carried = seqpipe.StateRow | seqpipe.RecordError
"""What is remembered of a record between its pieces, or why it has failed."""


class Row(NamedTuple):
    """What a row gave.

    Attributes:
        outcome: its results, or why there are none.
        carried: to the next piece; None after the last one.
    """

    outcome: seqpipe.Outcome | seqpipe.RecordError
    carried: Carried | None


@dataclass(eq=False, slots=True)
class _Waiting:
    record: seqpipe.Record
    carried: Carried | None
    size: int
    since: float
    future: asyncio.Future[Row]


class _Group:
    """Rows that may share a batch: all the first pieces of their records or none, all the last ones or none."""

    def __init__(self) -> None:
        self.rows: deque[_Waiting] = deque()
        self.size = 0

    def add(self, waiting: _Waiting) -> None:
        self.rows.append(waiting)
        self.size += waiting.size

    def is_due(self, now: float, wait: float) -> bool:
        """Whether a batch is full, or its first row has waited for others long enough."""
        full = len(self.rows) >= MOST_ROWS or self.size >= MOST_POSITIONS
        return full or now >= self.rows[0].since + wait

    def take(self) -> list[_Waiting]:
        """Return the rows of a batch without those that nobody waits for any more."""
        taken: list[_Waiting] = []
        size = 0
        while self.rows and len(taken) < MOST_ROWS and (not taken or size + self.rows[0].size <= MOST_POSITIONS):
            row = self.rows.popleft()
            self.size -= row.size
            if not row.future.done():
                taken.append(row)
                size += row.size
        return taken


class Workers:
    """Threads that compute the batches of several pipelines; all methods are called by the event loop's thread.

    Args:
        threads: batches that are computed at a time.
        wait: seconds that a row waits for others to share its batch, at most, while a thread has nothing to do. Where
            none has, it does not wait at all.
        most_waiting: rows that wait, at most, before requests are refused.
        longest_wait: seconds that a new row would have to wait, at most, before requests are refused.
        computed: is told of each batch how many rows it had, and how many seconds it took.
    """

    def __init__(
        self,
        threads: int,
        wait: float,
        most_waiting: int = 4096,
        longest_wait: float = 5.0,
        computed: Callable[[int, float], None] = lambda _rows, _seconds: None,
    ) -> None:
        self.threads = threads
        self.wait = wait
        self._computed = computed
        self._most_waiting = most_waiting
        self._longest_wait = longest_wait
        self._free = threads
        self._executor = ThreadPoolExecutor(threads, "seqpipe-serve")
        self._batchers: list[Batcher] = []
        self._timer: asyncio.TimerHandle | None = None

    def batcher(self, pipeline: seqpipe.Pipeline) -> Batcher:
        """Return what computes the rows of a pipeline."""
        batcher = Batcher(self, pipeline)
        self._batchers.append(batcher)
        return batcher

    @property
    def waiting(self) -> int:
        """How many rows wait to be computed."""
        return sum(batcher.waiting for batcher in self._batchers)

    @property
    def delay(self) -> float:
        """About how many seconds a new row has to wait."""
        return sum(batcher.delay for batcher in self._batchers) / self.threads

    def admit(self) -> None:
        """Check that more rows may come.

        Raises:
            Problem: too many are waiting.
        """
        delay = self.delay
        if delay > self._longest_wait or self.waiting >= self._most_waiting:
            raise busy(delay)

    def added(self) -> None:
        """Take note that a row waits."""
        if self._free and self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._patience, self._look)

    def close(self) -> None:
        """Let the threads end when what they compute is done."""
        self._executor.shutdown(wait=False, cancel_futures=True)

    @property
    def _patience(self) -> float:
        """Seconds that the first row of a batch waits for others: none while nothing else is computed."""
        return self.wait if self._free < self.threads else 0.0

    def _look(self) -> None:
        self._timer = None
        self._start_batches()

    def _start_batches(self) -> None:
        """Give the threads that are free the batches that are due, those whose rows wait longest first."""
        while self._free:
            now = time.monotonic()
            waiting = [(group.rows[0].since, batcher, group) for batcher, group in self._groups()]
            due = [each for each in waiting if each[2].is_due(now, self._patience)]
            if not due:
                if waiting and self._timer is None:
                    later = min(since for since, _, _ in waiting) + self._patience - now
                    self._timer = asyncio.get_running_loop().call_later(max(later, 0), self._look)
                return
            _, batcher, group = min(due, key=lambda each: each[0])
            if rows := group.take():
                self._start(batcher, rows)

    def _groups(self) -> Iterator[tuple[Batcher, _Group]]:
        for batcher in self._batchers:
            for group in batcher.groups.values():
                if group.rows:
                    yield batcher, group

    def _start(self, batcher: Batcher, rows: list[_Waiting]) -> None:
        self._free -= 1
        begin = time.monotonic()
        work = asyncio.get_running_loop().run_in_executor(self._executor, batcher.compute, rows)
        work.add_done_callback(lambda done: self._finished(batcher, rows, begin, done))

    def _finished(
        self, batcher: Batcher, rows: list[_Waiting], begin: float, done: asyncio.Future[seqpipe.Attempt]
    ) -> None:
        self._free += 1
        seconds = time.monotonic() - begin
        batcher.learn(sum(row.size for row in rows), seconds)
        self._computed(len(rows), seconds)
        _deliver(rows, done)
        self._start_batches()


@dataclass(eq=False)
class Batcher:
    """Collects the rows of a pipeline.

    Attributes:
        workers: compute them.
        pipeline: what they go through.
    """

    workers: Workers
    pipeline: seqpipe.Pipeline
    groups: dict[tuple[bool, bool], _Group] = field(default_factory=dict)
    seconds_a_position: float = 0.0

    def submit(self, record: seqpipe.Record, carried: Carried | None = None) -> asyncio.Future[Row]:
        """Return the promise of what a record gives, or a piece of one. Who does not want it any more cancels it.

        Args:
            record: whole, or a piece whose ``last`` says whether more follow.
            carried: what the piece before gave; None: there was none.
        """
        future: asyncio.Future[Row] = asyncio.get_running_loop().create_future()
        kind = (carried is None, record.last)
        group = self.groups.get(kind)
        if group is None:
            group = self.groups[kind] = _Group()
        group.add(_Waiting(record, carried, size_of(record.payload), time.monotonic(), future))
        self.workers.added()
        return future

    @property
    def waiting(self) -> int:
        """How many rows wait."""
        return sum(len(group.rows) for group in self.groups.values())

    @property
    def delay(self) -> float:
        """About how many seconds a thread needs for all rows that wait."""
        return self.seconds_a_position * sum(group.size for group in self.groups.values())

    def learn(self, size: int, seconds: float) -> None:
        """Take note of how long a batch took."""
        measured = seconds / max(size, _LEAST_MEASURED)
        self.seconds_a_position += (measured - self.seconds_a_position) * (0.1 if self.seconds_a_position else 1.0)

    def compute(self, rows: Sequence[_Waiting]) -> seqpipe.Attempt:
        """Compute a batch; on any thread."""
        batch = seqpipe.Batch(tuple(row.record for row in rows), final=rows[0].record.last)
        return seqpipe.attempt(self.pipeline, batch, [row.carried for row in rows if row.carried is not None])


def _deliver(rows: Sequence[_Waiting], done: asyncio.Future[seqpipe.Attempt]) -> None:
    """Keep the promises."""
    error = asyncio.CancelledError() if done.cancelled() else done.exception()
    for index, row in enumerate(rows):
        if row.future.done():
            continue
        if error is not None:
            row.future.set_exception(error)
        else:
            result = done.result()
            row.future.set_result(Row(result.attempted[index], result.carried[index] if result.carried else None))


def size_of(payload: object) -> int:
    """Return how many positions a payload has, and one for its own sake."""
    try:
        return 1 + len(payload)  # type: ignore[arg-type]  # what has none is a position
    except TypeError:
        return 1
