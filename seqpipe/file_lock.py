"""A lock on an open file, which the system releases when the process ends, however it does."""

from __future__ import annotations

import os
import sys

REMOVABLE = sys.platform != "win32"
"""Whether a file can be removed while it is open."""

if sys.platform == "win32":
    import msvcrt

    def lock(descriptor: int) -> bool:
        """Lock a file; return whether it worked, False where another process has done so."""
        os.lseek(descriptor, 0, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # a byte that need not be there
        except OSError:
            return False
        return True

else:
    import fcntl

    def lock(descriptor: int) -> bool:
        """Lock a file; return whether it worked, False where another process has done so."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
