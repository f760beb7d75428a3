"""macOS, which lets a process set a limit on its address space and does not hold it: the parent watches its memory."""

from __future__ import annotations

import ctypes
import os
import subprocess

from seqpipe.isolation.posix_system import PosixSystem
from seqpipe.isolation.system import Guard
from seqpipe.isolation.watch import Watch, memory
from seqpipe.limits import Limits

_FLAVOR = 0  # RUSAGE_INFO_V0


class _RUsageInfo(ctypes.Structure):
    """``struct rusage_info_v0`` of <sys/resource.h>."""

    _fields_ = (
        ("uuid", ctypes.c_uint8 * 16),
        ("user_time", ctypes.c_uint64),
        ("system_time", ctypes.c_uint64),
        ("pkg_idle_wkups", ctypes.c_uint64),
        ("interrupt_wkups", ctypes.c_uint64),
        ("pageins", ctypes.c_uint64),
        ("wired_size", ctypes.c_uint64),
        ("resident_size", ctypes.c_uint64),
        ("phys_footprint", ctypes.c_uint64),
        ("proc_start_abstime", ctypes.c_uint64),
        ("proc_exit_abstime", ctypes.c_uint64),
    )


class MacOSSystem(PosixSystem):
    """As Linux, but for memory."""

    def guard(self, process: subprocess.Popen[bytes]) -> Guard:
        """Return a watch over the child's memory."""
        return Watch(process, [memory(self.measure_memory)])

    def restrict_memory(self, limits: Limits) -> None:
        """Leave it to the parent."""

    def measure_memory(self, process: int) -> int:
        """Return the memory that a process has written to, in bytes, with what is compressed or swapped out.

        Raises:
            OSError: there is no such process.
        """
        info = _RUsageInfo()
        call = ctypes.CDLL(None, use_errno=True).proc_pid_rusage
        if call(ctypes.c_int(process), ctypes.c_int(_FLAVOR), ctypes.byref(info)):
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code))
        return int(info.phys_footprint)
