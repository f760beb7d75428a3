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
    """

    def __init__(self, limits: ServerLimits) -> None:
        self._limits = limits
        self._held = 0

    @asynccontextmanager
    async def whole(self, request: Request) -> AsyncIterator[bytes]:
        """Give the body of a request; it counts as held until the end of the block.

        Raises:
            Problem: it is too large, packed, comes too slowly, or too much is held already.
        """
        async with self.in_chunks(request) as chunks:
            body = b"".join([chunk async for chunk in chunks])
            yield body

    @asynccontextmanager
    async def in_chunks(self, request: Request) -> AsyncIterator[AsyncGenerator[bytes, None]]:
        """Give the body of a request while it comes; it counts as held until the end of the block.

        Raises:
            Problem: as of `whole`.
        """
        self._check_head(request)
        size = 0

        async def counted() -> AsyncGenerator[bytes, None]:
            nonlocal size
            async for chunk in self._chunks(request):
                size += len(chunk)
                self._held += len(chunk)
                yield chunk

        try:
            yield counted()
        finally:
            self._held -= size

    def _check_head(self, request: Request) -> None:
        check_coding(request)
        length = int(request.headers.get("content-length", "0"))
        if length > self._limits.body_bytes:
            raise self._too_large()
        if self._held + length > self._limits.bodies_mb * 1e6:
            todo = "send it again after Retry-After seconds"
            raise Problem(503, "too much is being sent at a time", todo, {"retry-after": "1"}, close=True)

    async def _chunks(self, request: Request) -> AsyncIterator[bytes]:
        clock = asyncio.get_running_loop().time
        begin, size, more = clock(), 0, True
        while more:
            message = await received(request, begin + self._limits.body_seconds + size / SLOWEST - clock())
            more = message.get("more_body", False)
            if chunk := message.get("body", b""):
                size += len(chunk)
                if size > self._limits.body_bytes:
                    raise self._too_large()
                yield chunk

    def _too_large(self) -> Problem:
        what = f"a body of more than {self._limits.body_mb:g} MB"
        return Problem(413, what, "send it in several requests", close=True)


def check_coding(request: Request) -> None:
    """Check that a body is not packed: what it would unpack to is not known.

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
