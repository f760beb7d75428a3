"""A file with the figures of a run, in the text format of Prometheus, for monitoring."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from seqpipe.atomic import atomic_write
from seqpipe.engine.observers import Watch
from seqpipe.errors import OutputError
from seqpipe.hookspecs import BatchFinished, RecordFailed, RunFinished

log = logging.getLogger("seqpipe")

EVERY = 10.0
"""Seconds after which the file is written again."""


@contextmanager
def metrics_file(path: Path | None, name: str) -> Iterator[Sequence[Watch]]:
    """Keep a file of figures within the block, as `MetricsFile` does, if a path is given.

    Raises:
        OutputError: the file cannot be written.
    """
    metrics = MetricsFile(path, name) if path else None
    try:
        yield [metrics] if metrics else []
    finally:
        if metrics:
            metrics.end()


class MetricsFile:
    """Watches a run and keeps a file up to date: at its beginning, every few seconds, and at its end.

    Args:
        path: of the file, which others see whole at any time.
        name: of the pipeline.

    Raises:
        OutputError: the file cannot be written. Where that happens later, it is said, and the run goes on.
    """

    def __init__(self, path: Path, name: str) -> None:
        self.path = path
        self.name = name
        self._records = self._results = self._failed = 0
        self._begin = time.monotonic()
        self._said = ""
        self._over = False
        self._write(running=True)

    def __call__(self, event: Any) -> None:
        """Take an event in."""
        if isinstance(event, BatchFinished):
            self._records += event.records
            self._results += len(event.results)
        self._failed += isinstance(event, RecordFailed)
        if isinstance(event, RunFinished):
            self.end()
        elif time.monotonic() - self._written >= EVERY:
            self._refresh()

    def end(self) -> None:
        """Take note that the run is over, or has not begun: an output may be complete, or stand in the way."""
        if not self._over:
            self._over = True
            self._refresh()

    def _refresh(self) -> None:
        try:
            self._write(running=not self._over)
        except OutputError as error:
            if str(error) != self._said:
                log.error("%s", error)  # noqa: TRY400 - for the user, who wants no traceback
            self._said = str(error)

    def _write(self, *, running: bool) -> None:
        self._written = time.monotonic()
        seconds = self._written - self._begin
        label = self.name.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
        figures = (
            ("records_total", "counter", "Records that were taken.", self._records),
            ("results_total", "counter", "Results that were written.", self._results),
            ("records_failed_total", "counter", "Records that were not processed.", self._failed),
            ("seconds_total", "counter", "Seconds that the run took.", round(seconds, 3)),
            ("peak_memory_bytes", "gauge", "The most memory that it held.", _peak_memory()),
            ("running", "gauge", "1 until the run is over.", int(running)),
        )
        with atomic_write(self.path) as file:
            for key, kind, text, value in figures:
                if value is None:
                    continue
                file.write(f"# HELP seqpipe_{key} {text}\n# TYPE seqpipe_{key} {kind}\n")
                file.write(f'seqpipe_{key}{{pipeline="{label}"}} {value}\n')


def _peak_memory() -> int | None:
    """Return bytes; None where the system does not say."""
    status = Path("/proc/self/status")
    if status.exists():  # getrusage counts what the parent held before this process began
        (kilobytes,) = (
            line.split()[1] for line in status.read_text("utf-8", "replace").splitlines() if line.startswith("VmHWM:")
        )
        return int(kilobytes) * 1024
    if sys.platform == "win32":
        return None
    import resource  # noqa: PLC0415 - not everywhere

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
