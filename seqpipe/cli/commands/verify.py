"""``seqpipe verify``: is an output still what was written?"""

from __future__ import annotations

import click

from seqpipe.cli.completed_arguments import files
from seqpipe.cli.global_options import traceback_option
from seqpipe.cli.terminal.error_report import show
from seqpipe.errors import InputError, SeqpipeError
from seqpipe.journal import verify, without_companions


@click.command("verify")
@click.argument("outputs", nargs=-1, required=True, metavar="OUT...", shell_complete=files)
@traceback_option
def command(outputs: tuple[str, ...]) -> int:
    """Check each OUT, a file or folder that `seqpipe run` has written, against its journal.

    Each block of records has a checksum there. What is damaged, missing or there twice is named. Journals and
    quarantines that a glob has matched along with their outputs are passed over.
    """
    codes = [_verified(str(output)) for output in without_companions(outputs)]
    return max(codes)


def _verified(output: str) -> int:
    """Say how an output is, and return the exit code for it."""
    try:
        verification = verify(output)
    except SeqpipeError as error:
        show(str(error))
        return error.exit_code
    progress, blocks = verification.journal.last.progress, len(verification.journal.blocks)
    if verification.damages:
        for damage in verification.damages:
            show(f"{output}: {damage} (restore it, or run again)")
        return InputError.exit_code
    click.echo(
        f"{output}: whole: {progress.records:,} records, {progress.failed:,} failed, {progress.results:,} results, "
        f"{verification.journal.size:,} bytes in {blocks:,} block{'' if blocks == 1 else 's'}"
    )
    return 0
