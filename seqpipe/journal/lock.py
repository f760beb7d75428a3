"""A lock on an open file, which the system releases when the process ends, however it does."""

from __future__ import annotations

import sys

if sys.platform == "win32":

    def lock(descriptor: int) -> bool:  # noqa: ARG001 - as below
        """Return True: there, an open file cannot be replaced, which keeps a second run away as well."""
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
