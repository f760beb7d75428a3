"""What comes with a request: its body, within limits of size and time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from starlette.requests import Request

from seqpipe_serve.limits import ServerLimits
from seqpipe_serve.problem import Problem

SLOWEST = 64_000
"""Bytes a second that a sender has to reach after `ServerLimits.body_seconds`."""


class Bodies:
    """The bodies that are held at a time.

    Args:
        limits: of one and of all.

    Attributes:
        bytes: of all of them.
    """

    def __init__(self, limits: ServerLimits) -> None:
        self._limits = limits
        self.bytes = 0

    @asynccontextmanager
    async def held(self, request: Request) -> AsyncIterator[Body]:
        """Give the body of a request; what of it has come counts as held until the end of the block.

        Raises:
            Problem: it is too large, packed, comes too slowly, or too much is held already.
        """
        self._check_head(request)
        body = Body(request, self._limits, self)
        try:
            yield body
        finally:
            self.bytes -= body.size

    def _check_head(self, request: Request) -> None:
        check_coding(request)
        length = int(request.headers.get("content-length", "0"))
        if length > self._limits.body_bytes:
            raise _too_large(self._limits)
        if self.bytes + length > self._limits.bodies_mb * 1e6:
            todo = "send it again after Retry-After seconds"
            raise Problem(503, "too much is being sent at a time", todo, {"retry-after": "1"}, close=True)


class Body:
    """The body of a request, while it comes.

    Attributes:
        size: bytes that have come.
    """

    def __init__(self, request: Request, limits: ServerLimits, bodies: Bodies) -> None:
        self.size = 0
        self._request = request
        self._limits = limits
        self._bodies = bodies

    async def whole(self) -> bytes:
        """Return all of it.

        Raises:
            Problem: it is too large, or comes too slowly.
        """
        first, more = await self._next(self._limits.body_seconds)
        return first if not more else b"".join([first, *[chunk async for chunk in self.chunks()]])

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """Yield what has not been asked for yet.

        Raises:
            Problem: it is too large, or comes too slowly.
        """
        clock = asyncio.get_running_loop().time
        begin, more = clock(), True
        while more:
            chunk, more = await self._next(begin + self._limits.body_seconds + self.size / SLOWEST - clock())
            yield chunk

    async def _next(self, seconds: float) -> tuple[bytes, bool]:
        message = await received(self._request, seconds)
        chunk: bytes = message.get("body", b"")
        self.size += len(chunk)
        self._bodies.bytes += len(chunk)
        if self.size > self._limits.body_bytes:
            raise _too_large(self._limits)
        return chunk, message.get("more_body", False)


def _too_large(limits: ServerLimits) -> Problem:
    return Problem(413, f"a body of more than {limits.body_mb:g} MB", "send it in several requests", close=True)


def check_coding(request: Request) -> None:
    """Check that a body is not compressed: what it would decompress to is not known.

    Raises:
        Problem: it is.
    """
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        todo = "send it as it is, or as a file whose name ends in .gz"
        raise Problem(415, "a packed body", todo, close=True)


async def received(request: Request, seconds: float) -> dict[str, Any]:
    """Return the next message of a request.

    Args:
        request: that is coming.
        seconds: to wait for it, at most.

    Raises:
        Problem: nothing came in time.
        CancelledError: the client is gone.
    """
    try:
        async with asyncio.timeout(max(seconds, 0)):
            message = await request.receive()
    except TimeoutError:
        raise Problem(408, "the body came too slowly", "send it faster", close=True) from None
    if message["type"] == "http.disconnect":
        raise asyncio.CancelledError
    return dict(message)
