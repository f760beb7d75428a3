"""Options that several commands share."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])

MOST_THREADS = 8
"""More gain little: reading and writing go on in one thread."""


def default_threads() -> int:
    """Return how many threads compute where nobody says: the CPUs that this process may use, eight at most."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(usable, MOST_THREADS)


pipeline_argument = click.argument("pipeline")

settings_option = click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="KEY=VALUE",
    help="Change a value of the file, such as core.hidden=64; may be repeated.",
)

limit_option = click.option("--limit", type=click.IntRange(min=0), metavar="N", help="Stop after N records.")

threads_option = click.option(
    "--threads",
    type=click.IntRange(min=1),
    default=default_threads,
    show_default=f"all CPUs, {MOST_THREADS} at most",
    metavar="N",
    help="Batches computed at a time; the results are the same for any number.",
)

_quiet_option = click.option("-q", "--quiet", is_flag=True, help="Show errors only.")
_verbose_option = click.option("-v", "--verbose", is_flag=True, help="Show what is being done.")


def verbosity_options(command: Command) -> Command:
    """Add ``-q`` and ``-v``, to be handed to `log_to_stderr`."""
    return _quiet_option(_verbose_option(command))


@contextmanager
def log_to_stderr(*, quiet: bool, verbose: bool) -> Iterator[None]:
    """Show seqpipe's log on standard error: warnings, nothing but errors if ``quiet``, everything if ``verbose``."""
    log = logging.getLogger("seqpipe")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Lines())
    before = log.level
    log.setLevel(logging.ERROR if quiet else logging.DEBUG if verbose else logging.WARNING)
    log.addHandler(handler)
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.setLevel(before)


class _Lines(logging.Formatter):
    """One line an event, in the style of errors: warnings say that they are."""

    def format(self, record: logging.LogRecord) -> str:
        line = " ".join(record.getMessage().split())
        return f"{record.levelname.lower()}: {line}" if record.levelno >= logging.WARNING else line
