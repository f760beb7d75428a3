"""Windows: the parent puts the child into a job object, which limits its memory and ends it with the parent."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from seqpipe.isolation.system import Guard, System
from seqpipe.isolation.watch import Watch, files
from seqpipe.limits import MEGABYTE, Limits

_EXTENDED_LIMITS = 9  # JobObjectExtendedLimitInformation
_JOB_MEMORY, _DIE_ON_UNHANDLED_EXCEPTION, _KILL_ON_JOB_CLOSE = 0x200, 0x400, 0x2000
_MAY = 0x0001 | 0x0100 | 0x0400  # PROCESS_TERMINATE, PROCESS_SET_QUOTA, PROCESS_QUERY_INFORMATION
_LOWEST_STATUS = 0xC0000000
"""Exit codes from here on are the exceptions that ended a process, such as 0xC0000005, an access violation."""


class _BasicLimits(ctypes.Structure):
    """``JOBOBJECT_BASIC_LIMIT_INFORMATION``."""

    _fields_ = (
        ("per_process_user_time", ctypes.c_int64),
        ("per_job_user_time", ctypes.c_int64),
        ("flags", ctypes.c_uint32),
        ("minimum_working_set", ctypes.c_size_t),
        ("maximum_working_set", ctypes.c_size_t),
        ("active_processes", ctypes.c_uint32),
        ("affinity", ctypes.c_size_t),
        ("priority_class", ctypes.c_uint32),
        ("scheduling_class", ctypes.c_uint32),
    )


class _ExtendedLimits(ctypes.Structure):
    """``JOBOBJECT_EXTENDED_LIMIT_INFORMATION``."""

    _fields_ = (
        ("basic", _BasicLimits),
        ("io", ctypes.c_uint64 * 6),
        ("process_memory", ctypes.c_size_t),
        ("job_memory", ctypes.c_size_t),
        ("peak_process_memory", ctypes.c_size_t),
        ("peak_job_memory", ctypes.c_size_t),
    )


class _MemoryCounters(ctypes.Structure):
    """``PROCESS_MEMORY_COUNTERS_EX``."""

    _fields_ = (
        ("size", ctypes.c_uint32),
        ("page_faults", ctypes.c_uint32),
        *((name, ctypes.c_size_t) for name in ("peak_working_set", "working_set")),
        *((f"quota_{number}", ctypes.c_size_t) for number in range(4)),
        *((name, ctypes.c_size_t) for name in ("pagefile", "peak_pagefile", "private")),
    )


class WindowsSystem(System):
    """Handles are inherited by their numbers; a job object holds memory, and a watch open files."""

    def start(self, words: Sequence[str], handles: Sequence[int], stdin: int | None) -> subprocess.Popen[bytes]:
        """Start a child in a process group of its own, which Ctrl-C does not reach."""
        there: Any = subprocess  # has more on Windows
        system: Any = sys
        for handle in handles:
            os.set_handle_inheritable(handle, True)  # type: ignore[attr-defined]
        return subprocess.Popen(  # noqa: S603 - code of our own
            words,
            # In a virtual environment, sys.executable starts another process, which would not be in the job.
            executable=system._base_executable,  # noqa: SLF001 - as `multiprocessing` does
            env={**os.environ, "__PYVENV_LAUNCHER__": sys.executable},
            stdin=stdin,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            startupinfo=there.STARTUPINFO(lpAttributeList={"handle_list": list(handles)}),
            creationflags=there.CREATE_NEW_PROCESS_GROUP,
        )

    def guard(self, process: subprocess.Popen[bytes]) -> Guard:
        """Return the job that the child is in from now on."""
        return Job(ctypes.windll.kernel32, process)  # type: ignore[attr-defined]

    def restrict(self, limits: Limits) -> None:
        """Leave it to the parent."""

    def cause_of_death(self, code: int) -> str:
        """Show exceptions as Windows' documentation has them."""
        return f"died of 0x{code:08X}" if code >= _LOWEST_STATUS else super().cause_of_death(code)


class Job(Guard):
    """A job object with one process. When it is closed, as when the parent ends, the process ends.

    Args:
        kernel: kernel32.dll.
        process: has just been started.

    Raises:
        OSError: the system refuses it.
    """

    def __init__(self, kernel: Any, process: subprocess.Popen[bytes]) -> None:
        self._kernel = kernel
        for name in ("CreateJobObjectW", "OpenProcess"):
            getattr(kernel, name).restype = ctypes.c_void_p
        self._job = ctypes.c_void_p(self._checked(kernel.CreateJobObjectW(None, None)))
        self._limit(_KILL_ON_JOB_CLOSE | _DIE_ON_UNHANDLED_EXCEPTION)
        self._process = ctypes.c_void_p(self._checked(kernel.OpenProcess(_MAY, 0, process.pid)))
        self._checked(kernel.AssignProcessToJobObject(self._job, self._process))
        self._watch = Watch(process, [files(lambda _: self._open_handles())])

    def hold(self, limits: Limits) -> None:
        """Let the system refuse memory beyond what the process has now and what it may take."""
        memory = self._memory() + int(limits.memory_mb * MEGABYTE)
        self._limit(_KILL_ON_JOB_CLOSE | _DIE_ON_UNHANDLED_EXCEPTION | _JOB_MEMORY, memory)
        self._watch.hold(limits)

    def verdict(self) -> str:
        """Return which limit the child was ended for; memory is refused instead."""
        return self._watch.verdict()

    def release(self) -> None:
        """Close the job, which ends whatever the child has started."""
        self._watch.release()
        for handle in (self._process, self._job):
            self._kernel.CloseHandle(handle)

    def _limit(self, flags: int, memory: int = 0) -> None:
        limits = _ExtendedLimits(basic=_BasicLimits(flags=flags), job_memory=memory)
        size = ctypes.sizeof(limits)
        set_limits = self._kernel.SetInformationJobObject
        self._checked(set_limits(self._job, _EXTENDED_LIMITS, ctypes.byref(limits), size))

    def _memory(self) -> int:
        """Return the memory that is set aside for the process, in bytes."""
        counters = _MemoryCounters(size=ctypes.sizeof(_MemoryCounters))
        read = self._kernel.K32GetProcessMemoryInfo
        self._checked(read(self._process, ctypes.byref(counters), counters.size))
        return int(counters.private)

    def _open_handles(self) -> int:
        count = ctypes.c_uint32()
        self._checked(self._kernel.GetProcessHandleCount(self._process, ctypes.byref(count)))
        return count.value

    def _checked(self, result: Any) -> Any:
        if not result:
            code = self._kernel.GetLastError()
            raise OSError(code, f"Windows refuses to limit a process, error {code}")
        return result
