"""What comes with a request: its body, within limits of size and time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.requests import Request

from seqpipe_serve.limits import ServerLimits
from seqpipe_serve.problem import Problem

SLOWEST = 65_536
"""Bytes a second that a sender has to reach, after `ServerLimits.body_seconds`."""


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
        """Give the body of a request, which counts as held until the end of the block.

        Raises:
            Problem: it is too large, packed, comes too slowly, or too much is held already.
        """
        self.check_head(request)
        parts: list[bytes] = []
        size = 0
        try:
            async for chunk in self.chunks(request):
                parts.append(chunk)
                size += len(chunk)
                self._held += len(chunk)
            body = b"".join(parts)
            parts.clear()
            yield body
        finally:
            self._held -= size

    def check_head(self, request: Request) -> None:
        """Check what the headers say of the body.

        Raises:
            Problem: it is too large or packed, or too much is held already.
        """
        coding = request.headers.get("content-encoding", "identity").strip().lower()
        if coding != "identity":
            todo = "send it as it is, or a file that is packed as a file whose name ends in .gz"
            raise Problem(415, "a packed body", todo, close=True)
        length = request.headers.get("content-length", "0")
        if int(length) > self._limits.body_bytes:
            raise self._too_large()
        if self._held + int(length) > self._limits.bodies_mb * 1e6:
            raise Problem(503, "too much is being sent", "send it again later", {"retry-after": "1"}, close=True)

    async def chunks(self, request: Request) -> AsyncIterator[bytes]:
        """Yield a body while it comes, and not more than is allowed.

        Raises:
            Problem: it is too large or comes too slowly.
        """
        clock = asyncio.get_running_loop().time
        begin, size = clock(), 0
        while True:
            left = begin + self._limits.body_seconds + size / SLOWEST - clock()
            message = await received(request, left)
            chunk = message.get("body", b"")
            size += len(chunk)
            if size > self._limits.body_bytes:
                raise self._too_large()
            if chunk:
                yield chunk
            if not message.get("more_body", False):
                return

    def _too_large(self) -> Problem:
        what = f"a body of more than {self._limits.body_mb:g} MB"
        return Problem(413, what, "send it in several requests", close=True)


async def received(request: Request, seconds: float) -> dict[str, object]:
    """Return the next message of a request.

    Args:
        request: that is being received.
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
