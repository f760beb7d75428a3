"""``seqpipe run``: records through a pipeline."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import click

from seqpipe.cli.completed_arguments import files
from seqpipe.cli.global_options import GlobalOptions, traceback_option
from seqpipe.cli.run_command import RunOptions, opened_run
from seqpipe.cli.run_engine import run_engine
from seqpipe.cli.run_input import InputOptions
from seqpipe.cli.sharded_run import ShardedRun
from seqpipe.cli.shared_options import (
    engine_option,
    limit_option,
    overwrite_option,
    pipeline_argument,
    settings_option,
    threads_option,
    verbosity_options,
)
from seqpipe.cli.terminal.compilation_notice import compilation_announced
from seqpipe.cli.terminal.explain import explain as explain_records
from seqpipe.cli.terminal.log import log_to_stderr
from seqpipe.config.engine_section import declared_engine
from seqpipe.engine.feed import records_of
from seqpipe.engine.identity import STANDARD_INPUT
from seqpipe.engine.journaled_output import Earlier
from seqpipe.engine.run import OnError
from seqpipe.engine.shards import WHOLE, Shard
from seqpipe.errors import UsageError
from seqpipe.pipeline.opened_pipeline import open_pipeline
from seqpipe.registry import Registry

log = logging.getLogger("seqpipe")


@click.command("run")
@pipeline_argument
@click.argument("inputs", nargs=-1, metavar="[INPUT]...", shell_complete=files)
@click.option("--text", "texts", multiple=True, metavar="TEXT", help="A record itself; may be repeated.")
@click.option(
    "--retry",
    metavar="FILE",
    shell_complete=files,
    help="Run the records of a quarantine file again, after they were fixed.",
)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    shell_complete=files,
    help="Write the results here; it appears when it is whole.",
)
@click.option("--resume", is_flag=True, help="Continue where an earlier run into the same FILE ended.")
@overwrite_option
@click.option(
    "--on-error",
    type=click.Choice(["fail", "skip", "quarantine"]),
    default="fail",
    show_default=True,
    help="At a bad record, end, leave it out, or write it to FILE.quarantine.jsonl.",
)
@click.option("--shard", default=str(WHOLE), metavar="K/N", help="Take every N-th record, beginning with the K-th.")
@settings_option
@limit_option
@threads_option
@engine_option
@click.option("--explain", is_flag=True, help="Show what each stage makes of each record.")
@click.option("--metrics", type=click.Path(path_type=Path), metavar="FILE", help="Keep figures of the run in a file.")
@verbosity_options
@traceback_option
@click.pass_obj
def command(
    global_options: GlobalOptions,
    pipeline: str,
    inputs: tuple[str, ...],
    texts: tuple[str, ...],
    retry: str | None,
    output: str | None,
    resume: bool,  # noqa: FBT001 - click's
    overwrite: bool,  # noqa: FBT001 - click's
    on_error: OnError,
    shard: str,
    settings: tuple[str, ...],
    limit: int | None,
    threads: int,
    engine: str | None,
    explain: bool,  # noqa: FBT001 - click's
    metrics: Path | None,
    quiet: bool,  # noqa: FBT001 - click's
    verbose: bool,  # noqa: FBT001 - click's
) -> int:
    """Run records through a trained PIPELINE: a pipeline file, a model, a training's folder, a shipped name, or - for a
    pipeline file on standard input.

    An INPUT is a file, a folder, a glob, or - for standard input; without any, the path that the pipeline file names
    is read. Results come in the order of the records: in the form that the suffix of FILE stands for, else by the
    writer that the pipeline names, else as JSON Lines. On a terminal they are shown as a table; -o - writes them as
    they are.

    The first Ctrl-C finishes what is in flight, the second stops at once. After both, and after anything else that
    ends a run, the same command with --resume continues it.
    """
    if explain and output is not None:
        raise UsageError("--explain writes no results", "leave out -o")
    if resume and overwrite:
        raise UsageError("--resume and --overwrite do not go together", "leave one of them out")
    _check_read_once(pipeline, inputs)
    earlier: Earlier = "resume" if resume else "overwrite" if overwrite else "refuse"
    given = InputOptions(inputs, texts, retry, Shard.parse(shard), limit)
    bar, for_programs = not quiet and not global_options.json_log, global_options.json_log
    with log_to_stderr(quiet=quiet, verbose=verbose), compilation_announced(wanted=not quiet):
        registry = Registry.discover()
        opened = open_pipeline(pipeline, registry, settings, standard_input=True)
        remote = declared_engine(opened.declared.document, registry, engine)
        computing = run_engine(remote, threads, opened, registry)
        options = RunOptions(output, on_error, earlier, computing, metrics, bar, for_programs)
        with opened_run(opened, registry, given, options) as run:
            _check_read_once(pipeline, run.input.names)
            log.info("pipeline %s, model %s, %s", opened.declared.document.source, opened.model_path, computing)
            log.info("reading %s", ", ".join(run.input.names) or f"{len(texts)} texts")
            if explain:
                explain_records(run.pipeline, records_of(run.input.feed))
                return 0
            if remote and remote.shards:
                return ShardedRun(run, remote, remote.shards, pipeline, settings).run()
            return run.run()


def _check_read_once(pipeline: str, inputs: Sequence[str]) -> None:
    """Check that standard input is not both the pipeline and an input.

    Raises:
        UsageError: it is.
    """
    if pipeline == STANDARD_INPUT and STANDARD_INPUT in inputs:
        raise UsageError("standard input is the pipeline and an input at once", "name a file for one of them")
