"""What is connected at a time."""

from __future__ import annotations

from typing import Protocol

from seqpipe_serve.limits import ServerLimits
from seqpipe_serve.problem import Problem


class Connected(Protocol):
    """A connection, as far as it matters here."""

    def refuse(self, problem: Problem) -> None:
        """Answer that it cannot go on, and end."""

    def stop(self) -> None:
        """End after the answer that is under way, if one is."""


class Upgraded(Protocol):
    """Connections that speak another protocol now."""

    async def stop(self) -> None:
        """End them in order."""


class Connections:
    """All connections that are open.

    Args:
        limits: how many there may be.

    Attributes:
        is_stopping: each ends after its next answer.
        streams: those that are WebSockets now.
    """

    def __init__(self, limits: ServerLimits) -> None:
        self.limits = limits
        self.is_stopping = False
        self.streams: Upgraded | None = None
        self._open: set[Connected] = set()
        self._awaited: dict[
            Connected, None
        ] = {}  # the head of whose request has not come; those that wait longest first

    def __len__(self) -> int:
        return len(self._open)

    def add(self, connection: Connected) -> bool:
        """Take note of a connection, and return whether there is room for it.

        If there are too many, the one is ended whose request is awaited longest, so that slow senders keep nobody out.
        """
        if len(self._open) >= self.limits.connections:
            longest = next(iter(self._awaited), connection)
            self.discard(longest)
            longest.refuse(_TOO_MANY)
            if longest is connection:
                return False
        self._open.add(connection)
        return True

    def discard(self, connection: Connected) -> None:
        """Take note that a connection has ended, or speaks another protocol now."""
        self._open.discard(connection)
        self._awaited.pop(connection, None)

    def set_awaited(self, connection: Connected, *, awaited: bool) -> None:
        """Take note whether the head of a request is awaited."""
        self._awaited.pop(connection, None)
        if awaited:
            self._awaited[connection] = None

    def stop(self) -> None:
        """Let each connection end after its next answer."""
        self.is_stopping = True
        for connection in self._open:
            connection.stop()


_TOO_MANY = Problem(503, "too many connections", "connect again after Retry-After seconds", {"retry-after": "1"})
