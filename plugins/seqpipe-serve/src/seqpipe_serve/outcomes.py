"""What became of requests: counted, and answered where it is a failure that nobody foresaw."""

from __future__ import annotations

import logging
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from seqpipe_serve.figures import Figures
from seqpipe_serve.guard import refused
from seqpipe_serve.problem import Problem

log = logging.getLogger("seqpipe")

_GONE = 499
"""What is counted where the client was gone before there was an answer, as nginx counts it."""


class Outcomes:
    """Counts requests, under the name of the pipeline that they name, if it is one.

    Of a failure that nobody foresaw the client learns that there was one, and the operator's log what it was.
    """

    def __init__(self, app: ASGIApp, figures: Figures) -> None:
        self.app = app
        self.figures = figures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through."""
        begin, status = time.perf_counter(), 0

        async def send_noted(message: Message) -> None:
            nonlocal status
            if not status:
                status = message.get("status", _GONE)
            await send(message)

        try:
            await self.app(scope, receive, send_noted)
        except Exception:
            log.exception("a request failed: report it")
            if status:
                raise
            await refused(scope, receive, send_noted, Problem(500, "the server failed", "tell its operator"))
        finally:
            if scope["type"] == "http":
                seconds = time.perf_counter() - begin
                self.figures.request(scope.get("seqpipe_pipeline", ""), status or _GONE, seconds)
