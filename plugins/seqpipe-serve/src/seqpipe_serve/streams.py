"""WebSockets, and the addresses of sessions: ``/v1/NAME/stream`` and ``/v1/NAME/sessions``."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

import seqpipe
from seqpipe_serve.answers import described, json_bytes
from seqpipe_serve.connections import Connections
from seqpipe_serve.figures import Figures
from seqpipe_serve.forms import JSON
from seqpipe_serve.frames import Disconnected, Stopping
from seqpipe_serve.guard import SUBPROTOCOL, Access
from seqpipe_serve.pipelines import named
from seqpipe_serve.problem import Problem
from seqpipe_serve.requests import Bodies
from seqpipe_serve.served import Served
from seqpipe_serve.sessions import Kept, Seal, Sessions, new_token
from seqpipe_serve.stream import Start, Stream

log = logging.getLogger("seqpipe")

BYTES = "application/octet-stream"

_NORMAL, _REFUSED, _FAILED, _RESTARTS = 1000, 1008, 1011, 1012
"""Codes with which a WebSocket is closed."""

_UNKNOWN = Problem(404, "no such session, or it has ended", "begin another one")


@dataclass(frozen=True, eq=False, slots=True)
class _Connected:
    """A client that has a session.

    Attributes:
        task: answers it.
        ended: set when the session is kept.
    """

    task: asyncio.Task[None]
    ended: asyncio.Event = field(default_factory=asyncio.Event)


class Streams:
    """Answers WebSockets, and what is asked of sessions.

    Args:
        served: the pipelines, under their names in URLs.
        access: who may ask.
        connections: that are open, with the limits of streams and sessions.
        figures: which these are part of.
    """

    def __init__(
        self, served: Mapping[str, Served], access: Access, connections: Connections, figures: Figures
    ) -> None:
        self._served = served
        self._connections = connections
        self._limits = limits = connections.limits
        connections.streams = self
        self._seal = Seal(access.token)
        self._sessions = Sessions(limits.sessions, limits.sessions_bytes, limits.session_seconds)
        self._bodies = Bodies(limits)
        self._connected: dict[str, _Connected] = {}
        self._open: set[Stream] = set()
        figures.observe("seqpipe_streams", "WebSockets that are open.", lambda: len(self._open))
        figures.observe("seqpipe_sessions", "Sessions that wait for their clients.", lambda: len(self._sessions))

    def routes(self) -> list[BaseRoute]:
        """Return the addresses."""
        return [
            WebSocketRoute("/v1/{name:path}/stream", self.stream),
            Route("/v1/{name:path}/sessions", self.import_session, methods=["POST"]),
            Route("/v1/{name:path}/sessions/{token}", self.session, methods=["GET", "DELETE"]),
        ]

    async def session(self, request: Request) -> Response:
        """Give the state of a session that nobody is connected to, or forget it."""
        served, token = named(self._served, request.path_params["name"]), request.path_params["token"]
        if token in self._connected:
            raise Problem(409, "a client is connected to the session", "disconnect, and ask again")
        kept = self._sessions.get(token)
        if kept is None or kept.name != served.name:
            raise _UNKNOWN
        if request.method == "DELETE":
            self._sessions.take(token)
            return Response(status_code=204)
        return Response(self._seal.sealed(kept.name, kept.state), media_type=BYTES)

    async def import_session(self, request: Request) -> Response:
        """Take a session whose state this server, or one with its token, gave out."""
        served = named(self._served, request.path_params["name"])
        async with self._bodies.held(request) as body:
            state = self._seal.opened(served.name, await body.whole())
        try:
            session = served.loaded.session(state)
        except seqpipe.SeqpipeError as error:
            raise Problem.of(error) from None
        token = new_token()
        self._sessions.put(token, Kept(served.name, state))
        return Response(json_bytes({"session": token, "position": session.position}), 201, media_type=JSON)

    async def stream(self, websocket: WebSocket) -> None:
        """Answer a WebSocket."""
        try:
            served = self._admitted(websocket)
        except Problem as problem:
            answer = Response(json_bytes(problem.body), problem.status, problem.headers, JSON)
            await websocket.send_denial_response(answer)
            return
        stream = Stream(websocket, served, self._limits, self._seal)
        self._open.add(stream)
        try:
            offered = websocket.scope.get("subprotocols", [])
            await websocket.accept(SUBPROTOCOL if SUBPROTOCOL in offered else None)
            await self._answer(websocket, stream, served)
        finally:
            self._open.discard(stream)

    async def stop(self) -> None:
        """End all streams when what has come is computed; each client gets the state of its session."""
        for stream in self._open:
            stream.stop()
        while self._open:  # noqa: ASYNC110 - each ends for itself
            await asyncio.sleep(_TICK)

    async def _answer(self, websocket: WebSocket, stream: Stream, served: Served) -> None:
        reading = asyncio.create_task(stream.read())
        try:
            with suppress(Disconnected, WebSocketDisconnect):
                await self._run(websocket, stream, served)
        finally:
            reading.cancel()

    async def _run(self, websocket: WebSocket, stream: Stream, served: Served) -> None:
        """Answer a client until it has finished, is gone, or did what is told to it."""
        code, reason, error = _NORMAL, "", None
        try:
            start = await stream.start()
            token, kept = await self._resumed(start, served)
            await self._with_session(stream, start, token, kept)
        except Problem as problem:
            code, reason, error = _REFUSED, problem.message, problem.body["error"]
        except seqpipe.SeqpipeError as failure:
            error = described(failure)
            code, reason = _REFUSED, error["message"]
        except Stopping:
            await stream.send_state()
            code, reason = _RESTARTS, "the server stops"
        except (Disconnected, WebSocketDisconnect):
            raise
        except Exception:
            log.exception("a stream failed: report it")
            code, reason, error = _FAILED, "the server failed", {"message": "the server failed", "todo": "try again"}
        if error is not None:
            await websocket.send_text(json_bytes({"type": "error", "error": error}).decode())
        await websocket.close(code, reason.encode()[:_LONGEST_REASON].decode(errors="ignore"))

    async def _with_session(self, stream: Stream, start: Start, token: str, kept: Kept | None) -> None:
        """Answer a client that has a session, which is kept when it goes."""
        task = asyncio.current_task()
        assert task is not None
        own = self._connected[token] = _Connected(task)
        try:
            await stream.run(start, token, kept)
        except asyncio.CancelledError:
            if self._connected.get(token) is own:
                raise
            task.uncancel()
            raise Problem(409, "the session goes on over another connection", "use that one") from None
        finally:
            if self._connected.get(token) is own:
                del self._connected[token]
            if (left := stream.kept()) is not None:
                self._sessions.put(token, left)
            own.ended.set()

    async def _resumed(self, start: Start, served: Served) -> tuple[str, Kept | None]:
        """Return the token of a session, and what was kept of it, if it is not a new one.

        A client that comes back may still be connected, as far as the server knows: that connection ends.

        Raises:
            Problem: there is no such session.
        """
        if not start.token:
            return new_token(), None
        before = self._connected.pop(start.token, None)
        if before is not None:
            before.task.cancel()
            await before.ended.wait()
        kept = self._sessions.get(start.token)
        if kept is None or kept.name != served.name:
            raise _UNKNOWN
        return start.token, self._sessions.take(start.token)

    def _admitted(self, websocket: WebSocket) -> Served:
        """Return the pipeline that a WebSocket names, if there is room for it.

        Raises:
            Problem: there is none, or none of that name, or it takes records whole.
        """
        served = named(self._served, websocket.path_params["name"])
        if not served.loaded.profile.streams:
            stage = served.loaded.pipeline.not_streamable() or served.loaded.reader
            what = f"{served.name} cannot be streamed: {stage.name} needs all of a record"
            raise Problem(422, what, f"send records whole: POST /v1/{served.name}")
        if self._connections.is_stopping:
            raise Problem(503, "the server stops", "connect again after Retry-After seconds", {"retry-after": "5"})
        if len(self._open) >= self._limits.streams:
            todo = "connect again after Retry-After seconds"
            raise Problem(503, "too many streams are open", todo, {"retry-after": "5"})
        served.batcher.workers.admit()
        return served


_TICK = 0.01

_LONGEST_REASON = 120
"""Bytes of a reason, of which a closing frame has no more than 123."""
