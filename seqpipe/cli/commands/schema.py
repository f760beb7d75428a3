"""``seqpipe schema``: pipeline files described for editors."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import click

from seqpipe.atomic import atomic_write
from seqpipe.cli.global_options import traceback_option
from seqpipe.cli.shared_options import check_free, overwrite_option, verbosity_options
from seqpipe.cli.terminal.log import log_to_stderr
from seqpipe.contracts import Stage
from seqpipe.errors import SeqpipeError
from seqpipe.registry import Registry
from seqpipe.schema import pipeline_schema

log = logging.getLogger("seqpipe")


@click.command("schema")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write it here rather than to standard output.",
)
@overwrite_option
@verbosity_options
@traceback_option
def command(
    output: Path | None,
    overwrite: bool,  # noqa: FBT001 - click's
    quiet: bool,  # noqa: FBT001 - click's
    verbose: bool,  # noqa: FBT001 - click's
) -> None:
    """Write the JSON Schema of pipeline files, with the stages of all installed plugins.

    In an editor, name it in the first line of a pipeline file: # yaml-language-server: $schema=FILE
    """
    with log_to_stderr(quiet=quiet, verbose=verbose):
        text = json.dumps(pipeline_schema(_stages(Registry.discover())), indent=2, ensure_ascii=False)
    if output is None:
        click.echo(text)
        return
    check_free(output, overwrite=overwrite)
    with atomic_write(output) as file:
        file.write(f"{text}\n")


def _stages(registry: Registry) -> Iterator[type[Stage]]:
    """Yield the stages of all plugins that are not broken."""
    for plugin in registry.plugins:
        try:
            yield from registry.stages(plugin).values()
        except SeqpipeError as error:
            log.warning("%s", error)
