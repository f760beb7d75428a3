"""A record on a WebSocket: pieces in, results out, as soon as they are known."""

from __future__ import annotations

import base64
from collections import deque
from typing import Any, NamedTuple

from starlette.websockets import WebSocket

import seqpipe
from seqpipe_serve.answers import json_bytes
from seqpipe_serve.frames import FORMATS, Frames, Message, samples_of
from seqpipe_serve.limits import ServerLimits
from seqpipe_serve.problem import Problem
from seqpipe_serve.served import Served
from seqpipe_serve.sessions import Kept, KeptResults, Seal, result_message

KEPT_RESULTS = 64
"""The last results of a session that are kept for a client that has not got them."""

_SOON = 1.0
"""Seconds after which a session rests of which no more has come."""


class Start(NamedTuple):
    """A client's first message.

    Attributes:
        form: of what follows: float32, int16 or json.
        token: of a session to be resumed; empty: a new one begins.
        results: how many the client has got of it; None: it does not count.
    """

    form: str
    token: str
    results: int | None

    @classmethod
    def of(cls, message: bytes | Message) -> Start:
        """Return what a message says.

        Raises:
            Problem: it is no start.
        """
        if isinstance(message, bytes) or message.get("type") != "start":
            raise Problem(400, "no start", 'send {"type": "start", "format": "float32"} first')
        form, token, results = (message.get(key) for key in ("format", "session", "results"))
        if form not in (*FORMATS, "json"):
            raise Problem(400, "a format that is not known", "choose float32, int16 or json")
        if not isinstance(token, str | None):
            raise Problem(400, "a session that is no text", "send the token that `started` had")
        if results is not None and (type(results) is not int or results < 0):
            raise Problem(400, "a number of results that is none", "send how many have come")
        return cls(form, token or "", results)


class Stream:
    """A client that is connected, and its session.

    Args:
        websocket: that was accepted.
        served: the pipeline.
        limits: of what comes.
        seal: marks the states that leave the server.
    """

    def __init__(self, websocket: WebSocket, served: Served, limits: ServerLimits, seal: Seal) -> None:
        self._websocket = websocket
        self._served = served
        self._limits = limits
        self._seal = seal
        self._frames = Frames(websocket, limits.frame_bytes)
        self._session: seqpipe.Session | None = None
        self._count = 0
        self._last: deque[bytes] = deque(maxlen=KEPT_RESULTS)
        self._kept: Kept | None = None
        self._is_over = False

    async def read(self) -> None:
        """Read what the client sends, until it is gone."""
        await self._frames.read()

    async def start(self) -> Start:
        """Return the client's first message.

        Raises:
            Disconnected, Problem: it does not come, or is none.
        """
        return Start.of(await self._frames.next(self._limits.header_seconds))

    async def run(self, start: Start, token: str, kept: Kept | None) -> None:
        """Take pieces until the client has finished.

        Args:
            start: the first message.
            token: of the session.
            kept: what was kept of it; None: it begins.

        Raises:
            Disconnected, Stopping, Problem, SeqpipeError: it ends before.
        """
        state, results = (None, KeptResults()) if kept is None else (kept.state, kept.results)
        lacking = [] if start.results is None else results.after(start.results)
        self._kept = kept
        if lacking is None:
            what = f"{results.total} results were sent, and you have {start.results}"
            raise Problem(422, what, f"count them; the last {KEPT_RESULTS} are kept")
        self._session = self._served.loaded.session(state)
        self._count = results.total
        self._last.extend(results.last)
        await self._send({"type": "started", "session": token, "position": self._session.position})
        for message in lacking:
            await self._websocket.send_text(message.decode())
        while not self._is_over:
            await self._take(await self._next(), start.form)
        await self._send({"type": "finished"})

    def kept(self) -> Kept | None:
        """Return the session, to be resumed; None if there is nothing to go on with.

        Raises:
            SeqpipeError: it cannot be kept.
        """
        if self._session is None:
            return self._kept
        return (
            None
            if self._is_over
            else Kept(self._served.name, self._session.state(), KeptResults(self._count, tuple(self._last)))
        )

    def stop(self) -> None:
        """End when all that has come is computed."""
        self._frames.stop()

    async def send_state(self) -> None:
        """Send the state, from which a session on any server goes on that takes the seal."""
        if self._session is not None:
            sealed = self._seal.sealed(self._served.name, self._session.state())
            state = base64.b64encode(sealed).decode()
            await self._send({"type": "state", "position": self._session.position, "state": state})

    async def _next(self) -> bytes | Message:
        """Return the next message; a session that waits for long takes little memory."""
        assert self._session is not None
        if not await self._frames.wait(_SOON):
            self._session.rest()
        return await self._frames.next(self._limits.idle_seconds)

    async def _take(self, message: bytes | Message, form: str) -> None:
        """Compute what came, and send what is known then."""
        assert self._session is not None
        if isinstance(message, bytes):
            await self._compute(self._session.piece(samples_of(message, form)))
        elif message.get("type") == "piece" and "payload" in message and form == "json":
            await self._compute(self._session.piece(message["payload"]))
        elif message.get("type") == "export":
            await self.send_state()
        elif message.get("type") == "finish":
            if (last := self._session.last_piece()) is not None:
                await self._compute(last)
            self._is_over = True
        else:
            todo = 'send {"type": "finish"}, or in the format json {"type": "piece", "payload": ...}'
            raise Problem(400, "a message that is not known", todo)

    async def _compute(self, piece: seqpipe.Record) -> None:
        assert self._session is not None
        row = await self._served.batcher.submit(piece, self._session.carried)
        if isinstance(row.outcome, seqpipe.RecordError):
            self._is_over = True
            raise row.outcome
        found = self._session.after(piece, row.outcome, row.carried)
        messages = [json_bytes(result_message(fields, self._count + index)) for index, fields in enumerate(found, 1)]
        self._count += len(messages)
        self._last.extend(messages)  # before they are sent: the client may be gone
        for message in messages:
            await self._websocket.send_text(message.decode())

    async def _send(self, message: dict[str, Any]) -> None:
        await self._websocket.send_text(json_bytes(message).decode())
