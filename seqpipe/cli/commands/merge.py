"""``seqpipe merge``: one output of those of all shards."""

from __future__ import annotations

import click

from seqpipe.cli.global_options import traceback_option
from seqpipe.cli.shared_options import overwrite_option
from seqpipe.cli.terminal.error_report import SOME_FAILED, show
from seqpipe.engine.merged_output import merge_shards


@click.command("merge")
@click.argument("parts", nargs=-1, required=True, metavar="PART...")
@click.option(
    "-o", "--output", required=True, metavar="OUT", help="Write all results here; it appears when it is whole."
)
@overwrite_option
@traceback_option
def command(parts: tuple[str, ...], output: str, overwrite: bool) -> int:  # noqa: FBT001 - click's
    """Merge the outputs of all shards of a run (`seqpipe run --shard K/N`) into OUT.

    A PART is a file or a folder that a shard has written, in any order. OUT is, byte for byte, what the run would have
    written without shards, with a journal and the quarantine. Before that, each PART is compared with its journal.
    """
    merged = merge_shards(parts, output, overwrite=overwrite)
    if merged.changed:
        show(f"quarantines are not merged: {', '.join(merged.changed)} changed since the run (retry each by itself)")
    progress = merged.progress
    click.echo(
        f"{output}: merged from {merged.shards:,} shards: {progress.records:,} records, {progress.failed:,} failed, "
        f"{progress.results:,} results, {merged.size:,} bytes"
    )
    return SOME_FAILED if progress.failed else 0
