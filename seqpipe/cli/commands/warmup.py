"""``seqpipe warmup``: all kernels compiled ahead."""

from __future__ import annotations

import time

import click

from seqpipe.cli.global_options import traceback_option
from seqpipe.cli.terminal.compilation_notice import compilation_announced
from seqpipe.cli.terminal.log import log_to_stderr
from seqpipe.kernels import instruction_set, warmup
from seqpipe.network.cells import CELLS


@click.command("warmup")
@traceback_option
def command() -> None:
    """Compile all kernels for this CPU, so that the first run is as fast as the next."""
    begin = time.perf_counter()
    with log_to_stderr(quiet=False, verbose=False), compilation_announced(wanted=True):
        units = warmup(cell.equations for cell in CELLS.values())
    seconds = time.perf_counter() - begin
    click.echo(f"{units} kernel units for {instruction_set().name} are ready ({seconds:.1f} s)")
