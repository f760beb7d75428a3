"""Linux, and other systems of POSIX whose limits on processes hold: the child restricts itself."""

from __future__ import annotations

import math
import os
import resource
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

from seqpipe.isolation.system import Guard, System
from seqpipe.limits import MEGABYTE, Limits

_GRACE = 5
"""Seconds of processor time beyond the limit, after which the system stops a child that no parent stops."""


class PosixSystem(System):
    """Descriptors are inherited by their numbers; memory is limited as address space."""

    def start(self, words: Sequence[str], handles: Sequence[int], stdin: int | None) -> subprocess.Popen[bytes]:
        """Start a child in a session of its own, which Ctrl-C does not reach."""
        return subprocess.Popen(  # noqa: S603 - code of our own
            words,
            stdin=stdin,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=handles,
            start_new_session=True,
        )

    def guard(self, process: subprocess.Popen[bytes]) -> Guard:
        """Return nothing that does anything: the child's own limits hold."""
        return Guard()

    def restrict(self, limits: Limits) -> None:
        """Limit open files, memory and processor time, and leave no core behind."""
        self.restrict_memory(limits)
        _limit(resource.RLIMIT_CORE, 0)
        _limit(resource.RLIMIT_NOFILE, limits.open_files)
        self.restrict_processor(limits)

    def restrict_memory(self, limits: Limits) -> None:
        """Limit the address space to what the process has now and what it may take."""
        _limit(resource.RLIMIT_AS, _address_space() + int(limits.memory_mb * MEGABYTE))

    def restrict_processor(self, limits: Limits) -> None:
        """Give the next record its time on all processors; the parent's clock comes first, unless it is dead."""
        used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
        _limit(resource.RLIMIT_CPU, math.ceil(used + (limits.seconds + _GRACE) * (os.cpu_count() or 1)))

    def cause_of_death(self, code: int) -> str:
        """Name the signal, if it was one."""
        if code >= 0:
            return super().cause_of_death(code)
        try:
            return f"died of {signal.Signals(-code).name}"
        except ValueError:  # one of those for real time, which have no names
            return f"died of signal {-code}"


def _limit(what: int, value: int) -> None:
    _, hard = resource.getrlimit(what)
    resource.setrlimit(what, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


def _address_space() -> int:
    """Return the bytes of address space that the process has now; nothing where the system does not say."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    except OSError:
        return 0
