"""What is seen of a run while it lasts: how far it is, and the records that fail."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from seqpipe.cli.terminal.log import notice, warn
from seqpipe.engine.observers import Watch
from seqpipe.hookspecs import BatchFinished, RecordFailed

SHOWN = 20
"""Records that fail of which each is shown in a line; in JSON all are."""

EVERY = 5.0
"""Seconds after which the log says how far a run is."""


def failures(*, every: bool) -> Watch:
    """Return what shows records that fail, the first ones or every one."""
    count = 0

    def watch(event: Any) -> None:
        nonlocal count
        if not isinstance(event, RecordFailed):
            return
        count += 1
        if every or count <= SHOWN:
            where = {"source": event.source, "position": event.position, "id": event.id}
            warn(str(event.error), "record_failed", **where, stage=event.stage, reason=event.error.what)
        elif count == SHOWN + 1:
            warn("more records fail; they are counted at the end", "more_records_fail")

    return watch


def progress_log(share_after: Callable[[int], float | None]) -> Watch:
    """Return what tells in the log, every few seconds, how far a run is.

    Args:
        share_after: as for `progress_bar`.
    """
    records = failed = 0
    begin = told = time.monotonic()

    def watch(event: Any) -> None:
        nonlocal records, failed, told
        records += event.records if isinstance(event, BatchFinished) else 0
        failed += isinstance(event, RecordFailed)
        now = time.monotonic()
        if now - told < EVERY:
            return
        told = now
        share = share_after(records)
        notice(
            f"{records:,} records, {failed:,} failed",
            "progress",
            records=records,
            failed=failed,
            seconds=round(now - begin, 3),
            rate=round(records / (now - begin), 1),
            share=None if share is None else round(share, 4),
        )

    return watch


@contextmanager
def progress_bar(name: str, share_after: Callable[[int], float | None], *, wanted: bool) -> Iterator[Watch]:
    """Show on standard error how far a run is, if that is a terminal and the bar is ``wanted``.

    Args:
        name: of the run.
        share_after: returns the share of the input that is read when so many records are done; None: not known.
        wanted: False shows nothing.
    """
    if not wanted or not sys.stderr.isatty() or os.environ.get("CI"):
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415 - for terminals only
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=20),
        TextColumn("{task.fields[now]}", markup=False),
        TimeRemainingColumn(compact=True),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, redirect_stdout=False, refresh_per_second=4) as progress:
        bar = progress.add_task(name, total=None, now="")
        records = failed = 0
        begin = time.monotonic()

        def watch(event: Any) -> None:
            nonlocal records, failed
            records += event.records if isinstance(event, BatchFinished) else 0
            failed += isinstance(event, RecordFailed)
            done = share_after(records)
            rate = records / max(time.monotonic() - begin, 1e-3)
            now = f"{records:,} records  {rate:,.0f}/s" + (f"  {failed:,} failed" if failed else "")
            progress.update(bar, completed=done or 0.0, total=None if done is None else 1.0, now=now)

        yield watch
