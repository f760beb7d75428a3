"""Pipes that carry whole messages, on every system. `multiprocessing` has them; nothing else of it is used."""

from __future__ import annotations

from multiprocessing import connection
from typing import Any, Protocol


class End(Protocol):
    """One end of a pipe."""

    @property
    def closed(self) -> bool:
        """Whether `close` has been called, or `recv_bytes` was given a message that is too long."""

    def send_bytes(self, message: bytes, /) -> None:
        """Send a message; raises an OSError if nobody can receive it."""

    def recv_bytes(self, longest: int = ..., /) -> bytes:
        """Receive a message; raises an EOFError if there is nobody to send one, an OSError if it is longer."""

    def poll(self, seconds: float, /) -> bool:
        """Wait for a message, at most so long; return whether there is one."""

    def fileno(self) -> int:
        """Return the file descriptor, on Windows the handle."""

    def close(self) -> None:
        """Close this end."""


def pipe() -> tuple[End, End]:
    """Return the ends of a new pipe: where messages come out, and where they go in."""
    return connection.Pipe(duplex=False)


def end_of(handle: int, *, writes: bool) -> End:
    """Return the end of a pipe that this process has inherited."""
    kind: Any = getattr(connection, "PipeConnection", connection.Connection)  # the first is that of Windows
    end: End = kind(handle, readable=not writes, writable=writes)
    return end
