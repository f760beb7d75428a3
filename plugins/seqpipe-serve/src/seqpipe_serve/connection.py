"""Connections: how long their requests may take to come, how large their heads may be, and how they end.

Uvicorn has no such limits; without them, whoever sends a byte a minute holds a connection for ever.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from seqpipe_serve.answers import json_bytes
from seqpipe_serve.connections import Connections
from seqpipe_serve.problem import Problem

_LINGER = 1.0
"""Seconds that the rest of a refused request is read over, so that the client sees the answer and not a reset."""

_MOST_AHEAD = 32
"""Requests that a client may send before the answer to the first one."""


class _Refused(Exception):
    """What a callback of the parser raises to end a connection."""


class Connection(HttpToolsProtocol):
    """A connection with limits of time and size.

    Args:
        config, server_state, app_state, _loop: as uvicorn gives them.
        connections: all that are open.
    """

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        connections: Connections,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._connections = connections
        self._limits = connections.limits
        self._most_of_head = connections.limits.header_bytes
        self._app: ASGIApp = self.app
        self.app = self._answer
        self._task: asyncio.Task[Any] | None = None
        self._timer: asyncio.TimerHandle | None = None  # for the head of a request, or for the end
        self._write_timer: asyncio.TimerHandle | None = None
        self._in_head = True
        self._received = 0  # bytes since the request before
        self._head = 0  # bytes of the line and headers
        self._running: RequestResponseCycle | None = None  # what is being answered
        self._is_deaf = self._is_ending = self._is_upgraded = False
        self._problem: Problem | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        """Begin to wait for a request."""
        super().connection_made(_Ending(transport, self))  # type: ignore[arg-type]  # is one in all that is used
        if self._connections.add(self):
            self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Free what was being done for the client."""
        self._forget()
        super().connection_lost(exc)
        self._abandon(self._running)
        if self._task is not None:
            self._task.cancel()

    def data_received(self, data: bytes) -> None:
        """Take what has come; what comes after the end is read over."""
        if self._is_deaf:
            return
        self._received += len(data)
        super().data_received(data)
        if self._in_head and not self._is_deaf and not self._is_upgraded and self._received:
            if self._received > self._most_of_head:
                self.refuse(_TOO_LARGE)
            elif self._timer is None:
                self._await_head()

    def on_url(self, url: bytes) -> None:
        """Count the bytes of the head."""
        self._head += len(url)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count the bytes of the head."""
        self._head += len(name) + len(value)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Begin with a request."""
        self._in_head = False
        self._cancel_timer()
        self._connections.set_awaited(self, awaited=False)
        if self._head > self._most_of_head:
            self._problem = _TOO_LARGE
        has_one_host = sum(name == b"host" for name, _ in self.headers) == 1
        is_known = self.parser.get_http_version() in {"1.0", "1.1"}
        if self._problem or not has_one_host or not is_known or len(self.pipeline) >= _MOST_AHEAD:
            self._in_head = True  # nothing has begun
            raise _Refused
        super().on_headers_complete()
        if self._connections.is_stopping and self.cycle is not None:
            self.cycle.keep_alive = False

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._running = cycle
        super()._start_asgi_task(cycle, app)

    def on_message_complete(self) -> None:
        """Wait for the next request."""
        super().on_message_complete()
        self._in_head, self._received, self._head = True, 0, 0

    def on_response_complete(self) -> None:
        """Go on with the connection, unless the rest of the request is still coming."""
        super().on_response_complete()
        if not self._in_head:
            self.transport.close()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no request."""
        self.refuse(self._problem or _NO_REQUEST)

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection to the protocol of WebSockets, which has limits of its own."""
        self._is_upgraded = True
        self._forget()
        super().handle_websocket_upgrade()

    def pause_writing(self) -> None:
        """Wait for a client that does not take its answer, but not for ever."""
        super().pause_writing()
        self._write_timer = self.loop.call_later(self._limits.idle_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on with an answer."""
        super().resume_writing()
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None

    def refuse(self, problem: Problem) -> None:
        """Answer a request that did not come to its end, and end; an answer that is under way comes before."""
        self._is_deaf = True
        running = self._running if self._running is not None and not self._running.response_complete else None
        if running is None or (running is self.cycle and not self._in_head and not running.response_started):
            self._abandon(running)
            self.transport.write(_answer_of(problem))
            self.transport.close()
        elif self._in_head:  # what came before is whole
            self.cycle.keep_alive = False
        else:
            self._abandon(self.cycle)
            self.pipeline.clear()
            running.keep_alive = False
            if running is self.cycle:
                self.transport.close()

    def _abandon(self, cycle: RequestResponseCycle | None) -> None:
        """Let the application know that the rest of a request will not come."""
        if cycle is not None:
            cycle.disconnected = True
            cycle.message_event.set()

    def stop(self) -> None:
        """End after the answer that is under way, if one is."""
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.keep_alive = False

    def close_in_order(self, transport: asyncio.Transport) -> None:
        """Close; while the rest of a request is coming, only for writing at first."""
        if self._is_upgraded or (self._in_head and not self._received) or not transport.can_write_eof():
            transport.close()
        elif not self._is_ending:
            self._is_deaf = self._is_ending = True
            self._cancel_timer()
            self._timer = self.loop.call_later(_LINGER, transport.abort)
            transport.resume_reading()
            transport.write_eof()

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, until the client is gone."""
        self._task = asyncio.current_task()
        try:
            await self._app(scope, receive, send)
        except asyncio.CancelledError:
            if self._running is None or not self._running.disconnected:
                raise
        finally:
            self._task = None

    def _await_head(self) -> None:
        self._connections.set_awaited(self, awaited=True)
        self._timer = self.loop.call_later(self._limits.header_seconds, self._head_is_late)

    def _head_is_late(self) -> None:
        self._timer = None
        if self._received:
            self.refuse(_TOO_SLOW)
        else:
            self.transport.close()

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _forget(self) -> None:
        self._connections.discard(self)
        self._cancel_timer()
        if self._write_timer is not None:
            self._write_timer.cancel()


def _answer_of(problem: Problem) -> bytes:
    """Return the answer to what never reached the application."""
    body = json_bytes(problem.body)
    fields = {**problem.headers, "content-type": "application/json", "content-length": len(body), "connection": "close"}
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {problem.status} {HTTPStatus(problem.status).phrase}\r\n{lines}\r\n".encode() + body


class _Ending:
    """A transport that closes as its connection says."""

    def __init__(self, transport: asyncio.Transport, connection: Connection) -> None:
        self._transport = transport
        self._connection = connection
        self.write = transport.write
        self.is_closing = transport.is_closing

    def close(self) -> None:
        self._connection.close_in_order(self._transport)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


_TOO_LARGE = Problem(431, "a head that is too large", "send fewer and shorter headers")
_TOO_SLOW = Problem(408, "the head of the request came too slowly", "send it faster")
_NO_REQUEST = Problem(400, "this is no HTTP request", "send one as RFC 9112 says")
