"""``seqpipe verify``: is an output still what was written?"""

from __future__ import annotations

import click

from seqpipe.cli.application import traceback_option
from seqpipe.cli.terminal.errors import show
from seqpipe.errors import InputError
from seqpipe.journal import verify


@click.command("verify")
@click.argument("output", metavar="OUT")
@traceback_option
def command(output: str) -> int:
    """Check OUT, a file or folder that `seqpipe run` has written, against its journal.

    Each block of records has a checksum there. What is damaged, missing or there twice is named.
    """
    verdict = verify(output)
    progress, blocks = verdict.journal.last.progress, len(verdict.journal.blocks)
    if verdict.damages:
        for damage in verdict.damages:
            show(f"{output}: {damage} (restore it, or run again)")
        return InputError.exit_code
    click.echo(
        f"{output}: whole: {progress.records:,} records, {progress.failed:,} failed, {progress.results:,} results, "
        f"{verdict.journal.last.size:,} bytes in {blocks:,} block{'' if blocks == 1 else 's'}"
    )
    return 0
