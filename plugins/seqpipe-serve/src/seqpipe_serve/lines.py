"""``POST /v1/NAME`` with a record a line: each result is sent while more records come."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterator

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

import seqpipe
from seqpipe_serve.answers import Answer, Given, json_bytes, record_of
from seqpipe_serve.batcher import MOST_ROWS, Row
from seqpipe_serve.limits import ServerLimits
from seqpipe_serve.problem import Problem
from seqpipe_serve.requests import received
from seqpipe_serve.served import Served

LINES = frozenset({"application/x-ndjson", "application/jsonl", "application/x-jsonlines"})
"""What a record a line is called."""


class LinesResponse:
    """The lines of answers, a line a record, in order, each as soon as it is known.

    The request is read no further than a batch ahead of what the client has taken.
    """

    def __init__(self, request: Request, served: Served, limits: ServerLimits) -> None:
        self._request = request
        self._served = served
        self._limits = limits
        self._pending: deque[tuple[Given, asyncio.Future[Row] | None]] = deque()
        self._changed = asyncio.Event()
        self._room = asyncio.Event()
        self._ended = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answers while the request comes."""
        headers = [(b"content-type", b"application/x-ndjson")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        async with asyncio.TaskGroup() as group:
            group.create_task(self._take())
            try:
                async for lines in self._answers():
                    await send({"type": "http.response.body", "body": lines, "more_body": True})
            finally:
                for _, future in self._pending:
                    if future is not None:
                        future.cancel()
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _take(self) -> None:
        """Submit the records as they come."""
        try:
            position = 0
            async for line in self._lines():
                position += 1
                while len(self._pending) >= MOST_ROWS:
                    self._room.clear()
                    await self._room.wait()
                given = self._given(line, position)
                future = self._served.batcher.submit(given) if isinstance(given, seqpipe.Record) else None
                self._pending.append((given, future))
                self._changed.set()
        except Problem as problem:
            self._pending.append((seqpipe.InputError(problem.message, problem.todo), None))
        finally:
            self._ended = True
            self._changed.set()

    def _given(self, line: bytes, position: int) -> Given:
        where = seqpipe.Location(f"record {position}")
        try:
            return record_of(self._served, seqpipe.parse_json(line), position, self._limits)
        except seqpipe.JSONError as error:
            return seqpipe.InputError(error.what, error.todo, where)
        except Problem as problem:
            return seqpipe.InputError(problem.message, problem.todo, where)

    async def _lines(self) -> AsyncIterator[bytes]:
        """Yield the lines that are not empty.

        Raises:
            Problem: one is too long, or nothing comes for too long.
        """
        held = b""
        more = True
        while more:
            message = await received(self._request, self._limits.idle_seconds)
            held += message.get("body", b"")
            more = message.get("more_body", False)
            *whole, held = held.split(b"\n")
            for line in [*whole, *([] if more else [held])]:
                if line.strip():
                    yield line
            longest = self._served.loaded.limits.record_bytes
            if len(held) > longest:
                raise Problem(413, f"a line of more than {longest:,} bytes", "check that lines end")

    async def _answers(self) -> AsyncIterator[bytes]:
        """Yield the lines of the answers that are known."""
        while self._pending or not self._ended:
            if not self._pending:
                self._changed.clear()
                await self._changed.wait()
                continue
            first = self._pending[0][1]
            if first is not None:
                await first
            yield b"".join(self._known())
            self._room.set()

    def _known(self) -> Iterator[bytes]:
        while self._pending and ((future := self._pending[0][1]) is None or future.done()):
            given, _ = self._pending.popleft()
            if isinstance(given, seqpipe.Record):
                assert future is not None
                answer = Answer.of(given, future.result())
            else:
                answer = Answer(error=given)
            yield json_bytes(answer.entry()) + b"\n"
