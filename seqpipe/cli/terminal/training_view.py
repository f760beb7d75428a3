"""How a training shows itself: a live view on a terminal, a line an epoch elsewhere."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seqpipe.cli.global_options import logs_in_json
from seqpipe.cli.terminal.log import tell
from seqpipe.cli.terminal.run_view import EVERY
from seqpipe.training import Epoch, StepFinished, Watcher

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID


class _FolderWatcher(Watcher):
    """Knows the folder of the training, and says nothing."""

    folder: Path | None = None

    def begun(self, folder: Path, records: int, dev: int, epochs: int) -> None:
        self.folder = folder


class _EpochLines(_FolderWatcher):
    """A line on standard error for each epoch."""

    def __init__(self) -> None:
        self.records = 0
        self.seconds = 0.0

    def begun(self, folder: Path, records: int, dev: int, epochs: int) -> None:
        super().begun(folder, records, dev, epochs)
        line = _opening(folder, records, dev, epochs)
        self._say(line, "learning", folder=str(folder), records=records, dev=dev, epochs=epochs)

    def stepped(self, step: StepFinished) -> None:
        self.records += step.records
        self.seconds += step.seconds

    def epoch_finished(self, epoch: Epoch, *, best: bool) -> None:
        rate = self.records / self.seconds if self.seconds else 0.0
        self.records, self.seconds = 0, 0.0
        line = f"{_figures(epoch, best=best)}  {rate:,.0f} records/s"
        self._say(line, "epoch", **(epoch.line() | {"best": best, "rate": round(rate, 1)}))

    def _say(self, line: str, event: str, **values: Any) -> None:
        tell(line, event, **values)


class _EpochEvents(_EpochLines):
    """The same for programs, and every few seconds how far the training is."""

    def __init__(self) -> None:
        super().__init__()
        self._told = time.monotonic()

    def stepped(self, step: StepFinished) -> None:
        super().stepped(step)
        if (now := time.monotonic()) - self._told < EVERY:
            return
        self._told = now
        line = f"epoch {step.epoch}  step {step.step:,}  loss {step.loss:.4f}"
        self._say(line, "progress", epoch=step.epoch, step=step.step, loss=step.loss, share=step.share)


class _LiveView(_EpochLines):
    """The same lines, and under them a bar that shows every step."""

    def __init__(self, name: str, console: Console, progress: Progress) -> None:
        super().__init__()
        self.console = console
        self.progress = progress
        self._bar: TaskID = progress.add_task(name, total=1.0, now="reading")
        self._window: list[tuple[float, int, int]] = []

    def stepped(self, step: StepFinished) -> None:
        super().stepped(step)
        now = time.monotonic()
        self._window = [
            *(recent for recent in self._window if now - recent[0] < _RECENT),
            (now, step.records, step.positions),
        ]
        span = max(now - self._window[0][0], step.seconds)
        records = sum(recent[1] for recent in self._window) / span
        positions = sum(recent[2] for recent in self._window) / span
        steps = f"/{step.steps:,}" if step.steps else ""
        self._show(
            step.share,
            f"epoch {step.epoch}  step {step.step:,}{steps}  loss {step.loss:.4f}  "
            f"{records:,.0f} records/s  {positions:,.0f} positions/s",
        )

    def evaluating(self) -> None:
        self._show(None, "evaluating on the dev data")

    def _show(self, share: float | None, now: str) -> None:
        self.progress.update(self._bar, completed=share, now=now)

    def _say(self, line: str, event: str, **values: Any) -> None:
        self.console.print(line, highlight=False, markup=False, soft_wrap=True)


_RECENT = 5.0  # seconds over which speed is measured


@contextmanager
def view(name: str, *, quiet: bool) -> Iterator[_FolderWatcher]:
    """Return what shows a training on standard error: nothing if ``quiet``; a live view, lines, or events."""
    if quiet:
        yield _FolderWatcher()
    elif logs_in_json():
        yield _EpochEvents()
    elif not sys.stderr.isatty() or os.environ.get("CI"):
        yield _EpochLines()
    else:
        from rich.console import Console  # noqa: PLC0415 - for terminals only
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415
        from rich.table import Column  # noqa: PLC0415

        console = Console(stderr=True)
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=10),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeRemainingColumn(compact=True, table_column=Column(min_width=5, no_wrap=True)),
            TextColumn("{task.fields[now]}", markup=False, table_column=Column(no_wrap=True, ratio=1)),
        )
        with Progress(*columns, console=console, transient=True, redirect_stdout=False, expand=True) as progress:
            yield _LiveView(name, console, progress)


def _opening(folder: Path, records: int, dev: int, epochs: int) -> str:
    watched = f", watched on {dev:,}" if dev else ""
    again = f", resumed after epoch {epochs}" if epochs else ""
    return f"{folder}: learning from {records:,} records{watched}{again}"


def _figures(epoch: Epoch, *, best: bool) -> str:
    figures = [f"{name} {value:.4f}" for name, value in epoch.figures.items()]
    skipped = [f"{epoch.skipped} steps left out"] if epoch.skipped else []
    return "  ".join([f"epoch {epoch.number}", f"loss {epoch.loss:.4f}", *figures, *skipped, *["best"] * best])
