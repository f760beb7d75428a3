"""``seqpipe train``: from a pipeline file to its model."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from seqpipe.cli.global_options import traceback_option
from seqpipe.cli.graceful_stop import GracefulStop
from seqpipe.cli.shared_options import (
    pipeline_argument,
    settings_option,
    threads_option,
    verbosity_options,
)
from seqpipe.cli.terminal.compilation_notice import compilation_announced
from seqpipe.cli.terminal.error_report import SOME_FAILED, show
from seqpipe.cli.terminal.log import log_to_stderr
from seqpipe.cli.terminal.training_view import view
from seqpipe.errors import UsageError
from seqpipe.pipeline.opened_pipeline import open_pipeline
from seqpipe.registry import Registry
from seqpipe.training import Interrupted, TrainingOptions, run_training
from seqpipe.training.data.problems import OnTrainingError

_STOPPING = "stopping after this step; once more to stop at once"


@click.command("train")
@pipeline_argument
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The folder to make; default: runs/<name>-<n>.")
@click.option("--resume", type=click.Path(path_type=Path), metavar="RUN", help="Resume the training in the folder RUN.")
@click.option(
    "--on-error",
    type=click.Choice(["fail", "skip"]),
    default="fail",
    show_default=True,
    help="What to do with a record that cannot be learned from.",
)
@settings_option
@threads_option
@verbosity_options
@traceback_option
def command(
    pipeline: str,
    output: Path | None,
    resume: Path | None,
    on_error: OnTrainingError,
    settings: tuple[str, ...],
    threads: int,
    quiet: bool,  # noqa: FBT001 - click's
    verbose: bool,  # noqa: FBT001 - click's
) -> int:
    """Train a PIPELINE as its section `train` says, and print the path of the model.

    The first Ctrl-C finishes the step, saves and says how to resume; the second stops at once.
    """
    if output is not None and resume is not None:
        raise UsageError("--output and --resume do not go together", "a training is resumed in its own folder")
    with (
        log_to_stderr(quiet=quiet, verbose=verbose),
        compilation_announced(wanted=not quiet),
        GracefulStop(_STOPPING) as interruption,
    ):
        registry = Registry.discover()
        opened = open_pipeline(pipeline, registry, settings, with_model=False)
        options = TrainingOptions(
            output=output,
            resume=resume,
            threads=threads,
            on_error=on_error,
            interrupted=lambda: interruption.asked,
            command=shlex.join(_command(pipeline, settings, on_error)),
        )
        with view(opened.declared.name, quiet=quiet) as watcher:
            try:
                trained = run_training(opened, registry, options, watcher)
            except Interrupted:
                folder = watcher.folder
            else:
                folder = None
    if folder is not None:
        again = [*_command(pipeline, settings, on_error), "--resume", str(folder)]
        show(f"stopped, all is saved; resume with: {shlex.join(again)}")
        return interruption.exit_code
    click.echo(trained.folder.model)
    return SOME_FAILED if trained.failed else 0


def _command(pipeline: str, settings: tuple[str, ...], on_error: OnTrainingError) -> list[str]:
    """Return the words that begin the same training, whatever folder and threads it has."""
    changes = [word for setting in settings for word in ("--set", setting)]
    return ["seqpipe", "train", pipeline, *changes, *(["--on-error", on_error] if on_error != "fail" else [])]
