"""Options that several commands share."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from seqpipe.cli.completed_arguments import shipped_names
from seqpipe.cli.global_options import log_format_option
from seqpipe.errors import Location, UsageError
from seqpipe.paths import exists

Command = TypeVar("Command", bound=Callable[..., Any])

MOST_THREADS = 8
"""More gain little: reading and writing take one thread."""


def default_threads() -> int:
    """Return how many threads compute where nobody says: the CPUs that this process may use, eight at most."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(usable, MOST_THREADS)


pipeline_argument = click.argument("pipeline", shell_complete=shipped_names("pipelines"))

settings_option = click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="KEY=VALUE",
    help="Change a value of the file, such as core.hidden=64; may be repeated.",
)

overwrite_option = click.option("--overwrite", is_flag=True, help="Replace what is there under the name FILE.")

limit_option = click.option("--limit", type=click.IntRange(min=0), metavar="N", help="Stop after N records.")

threads_option = click.option(
    "--threads",
    type=click.IntRange(min=1),
    default=default_threads,
    show_default=f"all CPUs, {MOST_THREADS} at most",
    metavar="N",
    help="Batches computed at a time; the results are the same for any number.",
)

engine_option = click.option(
    "--engine",
    metavar="NAME[://ADDRESS]",
    help="Compute elsewhere, as with ray; threads: in this process. Default: what the pipeline says, else threads.",
)


def check_free(path: Path, *, overwrite: bool) -> None:
    """Check that a file which a command writes replaces none, unless that is asked for.

    Raises:
        UsageError: it would.
    """
    if exists(path) and not overwrite:
        raise UsageError("is there already", "add --overwrite to replace it, or write elsewhere", Location(str(path)))


_quiet_option = click.option("-q", "--quiet", is_flag=True, help="Show errors only.")
_verbose_option = click.option("-v", "--verbose", is_flag=True, help="Show what is being done.")


def verbosity_options(command: Command) -> Command:
    """Add ``-q`` and ``-v``, to be handed to `seqpipe.cli.terminal.log.log_to_stderr`, and ``--log-format``."""
    return _quiet_option(_verbose_option(log_format_option(command)))
