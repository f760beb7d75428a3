"""The built-in observer: what happened when, one JSON object a line.

Any plugin can do the same with the hooks of `seqpipe.hookspecs`, and send the events elsewhere.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from seqpipe.hookspecs import EpochFinished, RecordFailed, RunFinished, RunStarted, hookimpl


class JSONLinesTracker:
    """Appends each event to a file as it happens; a line that a killed process left unfinished is ended first."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @hookimpl
    def seqpipe_run_started(self, event: RunStarted) -> None:
        """Note that it begins."""
        self._write("started", asdict(event))

    @hookimpl
    def seqpipe_record_failed(self, event: RecordFailed) -> None:
        """Note a record that is left out, and why."""
        self._write("record_failed", {"id": event.id, "error": str(event.error)})

    @hookimpl
    def seqpipe_epoch_finished(self, event: EpochFinished) -> None:
        """Note how an epoch went."""
        self._write("epoch_finished", asdict(event))

    @hookimpl
    def seqpipe_run_finished(self, event: RunFinished) -> None:
        """Note that it is over."""
        self._write("finished", asdict(event))

    def _write(self, event: str, values: dict[str, Any]) -> None:
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = json.dumps({"time": now, "event": event, **values}, default=str)
        with self.path.open("ab+") as file:
            if file.tell():
                file.seek(-1, 2)
                line = line if file.read() == b"\n" else f"\n{line}"
            file.write(f"{line}\n".encode())
