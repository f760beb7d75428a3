"""``GET /metrics``: figures of the server for Prometheus."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

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
        self._counters: dict[tuple[str, int], Counter] = {}
        self._times: dict[str, Histogram] = {}
        self.batch_seconds = Counter(
            "seqpipe_batch_seconds", "That batches took to be computed.", registry=self.registry
        )

    def observe(self, name: str, documentation: str, value: Callable[[], float]) -> None:
        """Add a gauge whose value is asked for when it is wanted."""
        Gauge(name, documentation, registry=self.registry).set_function(value)

    def request(self, pipeline: str, status: int, seconds: float) -> None:
        """Count a request that was answered.

        Args:
            pipeline: that it named; empty: none that there is.
            status: of the answer.
            seconds: from its head to the end of the answer.
        """
        counter = self._counters.get((pipeline, status))
        if counter is None:
            counter = self._counters[pipeline, status] = self.requests.labels(pipeline, str(status))
            self._times[pipeline] = self.seconds.labels(pipeline)
        counter.inc()
        self._times[pipeline].observe(seconds)

    def batch(self, rows: int, seconds: float) -> None:
        """Count a batch."""
        self.rows.observe(rows)
        self.batch_seconds.inc(seconds)

    def text(self) -> bytes:
        """Return all figures as Prometheus reads them."""
        return generate_latest(self.registry)
