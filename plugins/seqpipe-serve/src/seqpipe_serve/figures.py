"""``GET /metrics``: figures of the server for Prometheus."""

from __future__ import annotations

import time
from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_ROWS = (1, 2, 4, 8, 16, 32, 64, 128, 256)


class Figures:
    """What is counted."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "seqpipe_requests", "Requests that were answered.", ("pipeline", "status"), registry=self.registry
        )
        self.seconds = Histogram(
            "seqpipe_request_seconds", "From the head of a request to its answer.", ("pipeline",),
            buckets=_SECONDS, registry=self.registry,
        )  # fmt: skip
        self.rows = Histogram(
            "seqpipe_batch_rows", "Records that were computed together.", buckets=_ROWS, registry=self.registry
        )
        self.batch_seconds = Counter(
            "seqpipe_batch_seconds", "That batches took to be computed.", registry=self.registry
        )

    def observe(self, name: str, documentation: str, value: Callable[[], float]) -> None:
        """Add a gauge whose value is asked for when it is wanted."""
        Gauge(name, documentation, registry=self.registry).set_function(value)

    def batch(self, rows: int, seconds: float) -> None:
        """Count a batch."""
        self.rows.observe(rows)
        self.batch_seconds.inc(seconds)

    def text(self) -> bytes:
        """Return all figures as Prometheus reads them."""
        return generate_latest(self.registry)


class Counted:
    """Counts the requests that go through it, under the name of the pipeline that they name, if it is one."""

    def __init__(self, app: ASGIApp, figures: Figures) -> None:
        self.app = app
        self.figures = figures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through and count it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begin = time.perf_counter()
        status = 499  # the client was gone before there was an answer

        async def send_noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, send_noted)
        finally:
            pipeline = scope.get("seqpipe_pipeline", "")
            self.figures.requests.labels(pipeline, str(status)).inc()
            if pipeline:
                self.figures.seconds.labels(pipeline).observe(time.perf_counter() - begin)
