"""Limits that a system does not hold by itself: the parent looks at the child again and again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from subprocess import Popen
from threading import Event, Thread

from seqpipe.isolation.system import Guard
from seqpipe.limits import MEGABYTE, Limits

INTERVAL = 0.02
"""Seconds between two looks. What a child can take meanwhile is what it can exceed a limit by."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """Something that a process takes, and of which a limit says how much more it may take than at its start.

    Attributes:
        measure: returns how much of it a process has now; raises an OSError for one that is gone.
        most: returns how much more it may have.
        verdict: says that it was too much, as what follows "its reader".
    """

    measure: Callable[[int], int]
    most: Callable[[Limits], int]
    verdict: Callable[[Limits], str]


def memory(measure: Callable[[int], int]) -> Quantity:
    """Return the quantity of memory, in bytes."""
    return Quantity(measure, lambda limits: int(limits.memory_mb * MEGABYTE), too_much_memory)


def files(measure: Callable[[int], int]) -> Quantity:
    """Return the quantity of open files."""
    return Quantity(
        measure, lambda limits: limits.open_files, lambda limits: f"opened more than {limits.open_files} files"
    )


def too_much_memory(limits: Limits) -> str:
    """Say that a child took too much memory, as what follows "its reader"."""
    return f"took more than {limits.memory_mb:g} MB of memory"


class Watch(Guard):
    """Ends a child that takes more than it may.

    Args:
        process: of the child.
        quantities: what is limited.
    """

    def __init__(self, process: Popen[bytes], quantities: Sequence[Quantity]) -> None:
        self._process = process
        self._quantities = quantities
        self._verdict = ""
        self._released = Event()
        self._thread: Thread | None = None

    def hold(self, limits: Limits) -> None:
        """Begin to look."""
        with suppress(OSError):  # the child is gone already
            bounds = [quantity.measure(self._process.pid) + quantity.most(limits) for quantity in self._quantities]
            self._thread = Thread(target=self._look, args=(bounds, limits), name="seqpipe-watch", daemon=True)
            self._thread.start()

    def verdict(self) -> str:
        """Return which limit the child was ended for."""
        return self._verdict

    def release(self) -> None:
        """Look no more."""
        self._released.set()
        if self._thread is not None:
            self._thread.join()

    def _look(self, bounds: Sequence[int], limits: Limits) -> None:
        with suppress(OSError):
            while not self._released.wait(INTERVAL):
                for quantity, bound in zip(self._quantities, bounds, strict=True):
                    if quantity.measure(self._process.pid) > bound:
                        self._verdict = quantity.verdict(limits)
                        self._process.kill()  # does nothing if the child has ended and its number is free
                        return
