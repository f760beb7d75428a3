"""``seqpipe run``: records through a pipeline."""

from __future__ import annotations

import logging

import click

from seqpipe.cli.application import traceback_option
from seqpipe.cli.destination import declared_output, destination
from seqpipe.cli.explain import explain as explain_records
from seqpipe.cli.inputs import chosen_input
from seqpipe.cli.options import (
    limit_option,
    log_to_stderr,
    pipeline_argument,
    settings_option,
    threads_option,
    verbosity_options,
)
from seqpipe.cli.reporting import SOME_FAILED
from seqpipe.errors import UsageError
from seqpipe.pipeline.opening import open_pipeline
from seqpipe.registry import Registry
from seqpipe.runner.run import Summary
from seqpipe.runner.run import run as run_pipeline

log = logging.getLogger("seqpipe")


@click.command("run")
@pipeline_argument
@click.argument("inputs", nargs=-1, metavar="[INPUT]...")
@click.option("--text", "texts", multiple=True, metavar="TEXT", help="A record itself; may be repeated.")
@click.option("-o", "--output", metavar="FILE", help="Write the results here; it appears when it is whole.")
@settings_option
@limit_option
@threads_option
@click.option("--explain", is_flag=True, help="Show what each stage makes of each record.")
@verbosity_options
@traceback_option
def command(
    pipeline: str,
    inputs: tuple[str, ...],
    texts: tuple[str, ...],
    output: str | None,
    settings: tuple[str, ...],
    limit: int | None,
    threads: int,
    explain: bool,  # noqa: FBT001 - click's
    quiet: bool,  # noqa: FBT001 - click's
    verbose: bool,  # noqa: FBT001 - click's
) -> int:
    """Run records through a trained PIPELINE.

    An INPUT is a file, a folder, a glob, or - for standard input; without any, the path that the pipeline file names
    is read. Results come in the order of the records: by the writer that the pipeline names, else in the form that the
    suffix of FILE stands for, else as JSON Lines. On a terminal they are shown as a table; -o - writes them as they
    are.
    """
    with log_to_stderr(quiet=quiet, verbose=verbose):
        if explain and output is not None:
            raise UsageError("--explain writes no results", "leave out -o")
        registry = Registry.discover()
        opened = open_pipeline(pipeline, registry, settings)
        given = chosen_input(opened.declared, inputs, texts, limit)
        built = opened.pipeline()
        log.info("pipeline %s, model %s, threads: %d", opened.declared.document.source, opened.model_path, threads)
        log.info("reading %s", ", ".join(given.names) or f"{len(texts)} texts")
        if explain:
            explain_records(built, given.records)
            return 0
        if output is None and not texts:
            output = declared_output(opened.declared)
        with destination(opened.declared.writer, output, given.names, registry) as write:
            summary = run_pipeline(
                built, given.records, write, registry, name=opened.declared.name, inputs=given.names, threads=threads
            )
    if not quiet:
        click.echo(_summary(summary), err=True)
    return SOME_FAILED if summary.failed else 0


def _summary(summary: Summary) -> str:
    records = f"{summary.records:,} record{'' if summary.records == 1 else 's'}"
    return f"{records}, {summary.failed:,} failed, {summary.seconds:.2f} s, {summary.rate:,.0f} records/s"
