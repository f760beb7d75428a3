"""Reading in a thread of its own, so that a slow input does not keep results, nor the end of a run, waiting."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextvars import copy_context
from threading import Condition, Thread

from seqpipe.engine.portions import Grouping, Item, Portion
from seqpipe.engine.stop import Stop

PORTIONS = 2
"""Portions of the input that wait to be computed, at most."""

PATIENCE = 0.01
"""Seconds that a record waits for others to share its batch, while nothing else is there to be computed."""

TICK = 0.05
"""Seconds after which whoever waits for the input looks whether there is something else to do."""


class Prefetch:
    """Iterates over the portions of what a thread reads; None where nothing has come for a while. It ends with the run.

    A portion is full, or the next items let themselves be waited for: a pipe may be silent for hours, and what it gave
    before is to be computed now. While computing takes longer than reading, portions are full.

    Args:
        items: read in the thread.
        stop: asks for the end.
        ahead: portions that are read before they are asked for, at most; 0: items are read only while a portion is
            waited for.
    """

    def __init__(self, items: Iterable[Item], stop: Stop | None = None, ahead: int = PORTIONS) -> None:
        self._stop = stop or Stop()
        self._ahead = ahead
        self._changed = Condition()  # guards all that follows
        self._grouping = Grouping()
        self._since = 0.0  # when the first item of the portion came that is being made
        self._ready: deque[Portion] = deque()
        self._awaited = self._woken = self._closed = self._ended = False
        self._error: BaseException | None = None
        # a program's own iterable finds its context variables, and is closed in the thread that reads it
        Thread(target=copy_context().run, args=(self._work, items), name="seqpipe-reading", daemon=True).start()

    def __iter__(self) -> Iterator[Portion | None]:
        while not self._stop.signal:
            with self._changed:
                portion = self._next()
                if portion is None and self._ended:
                    if self._error is not None:
                        raise self._error
                    return
            yield portion

    def wake(self) -> None:
        """Let whoever waits for a portion see that there is something else to do; from any thread."""
        with self._changed:
            self._woken = True
            self._changed.notify_all()

    def close(self) -> None:
        """Let the thread end, without waiting for it."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _next(self) -> Portion | None:
        """Wait for a portion; None: there is none now, or at the end."""
        self._awaited = True
        self._changed.notify_all()
        until = time.monotonic() + TICK
        while not (self._ready or self._ended or self._woken):
            left = min(until, self._due()) - time.monotonic()
            if left <= 0:
                break
            self._changed.wait(left)
        self._awaited = self._woken = False
        if not self._ready and (self._ended or self._due() <= time.monotonic()):
            self._ready.extend(self._grouping.rest())
        return self._ready.popleft() if self._ready else None

    def _due(self) -> float:
        """Return when the portion that is being made is taken as it is."""
        return math.inf if self._grouping.is_empty else self._since + PATIENCE

    def _work(self, items: Iterable[Item]) -> None:
        error = None
        try:
            for item in items:
                if not self._add(item):
                    break
        except BaseException as raised:  # noqa: BLE001 - it is raised where the portions are asked for
            error = raised
        with self._changed:
            self._ended, self._error = True, error
            self._changed.notify_all()

    def _add(self, item: Item) -> bool:
        """Add an item as soon as there is room for it; return whether more are wanted."""
        with self._changed:
            while len(self._ready) >= self._ahead + self._awaited and not self._closed:
                self._changed.wait()
            if self._grouping.is_empty:
                self._since = time.monotonic()
                self._changed.notify_all()
            self._ready.extend(self._grouping.add(item))
            if self._ready:
                self._changed.notify_all()
            return not self._closed
