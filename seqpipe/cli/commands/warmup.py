"""``seqpipe warmup``: all kernels compiled ahead."""

from __future__ import annotations

import time

import click

from seqpipe.cli.application import traceback_option
from seqpipe.kernels import instruction_set, unit_names, warmup


@click.command("warmup")
@traceback_option
def command() -> None:
    """Compile all kernels for this CPU, so that the first run is as fast as the next."""
    begin = time.perf_counter()
    warmup()
    seconds = time.perf_counter() - begin
    click.echo(f"{len(unit_names())} kernel units for {instruction_set().name} are ready ({seconds:.1f} s)")
