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
from seqpipe.cli.terminal.columns import aligned
from seqpipe.cli.terminal.compilation_notice import compilation_announced
from seqpipe.cli.terminal.error_report import SOME_FAILED, show
from seqpipe.cli.terminal.log import log_to_stderr
from seqpipe.cli.terminal.training_view import view
from seqpipe.errors import UsageError
from seqpipe.pipeline.opened_pipeline import OpenedPipeline, open_pipeline
from seqpipe.registry import Registry
from seqpipe.training import Interrupted, TrainingOptions, Watcher, run_cross_validation, run_training
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
@click.option(
    "--folds", type=click.IntRange(min=2), metavar="K", help="Train K times, each time measured on another part."
)
@click.option("--group", metavar="COLUMN", default="", help="With --folds: records with one value are in one fold.")
@settings_option
@threads_option
@verbosity_options
@traceback_option
def command(
    pipeline: str,
    output: Path | None,
    resume: Path | None,
    on_error: OnTrainingError,
    folds: int | None,
    group: str,
    settings: tuple[str, ...],
    threads: int,
    quiet: bool,  # noqa: FBT001 - click's
    verbose: bool,  # noqa: FBT001 - click's
) -> int:
    """Train a PIPELINE as its section `train` says, and print the path of the model.

    With --folds it is cross-validated: the records are dealt into K parts, each training learns from all but one, and
    what is printed is how good they are on the parts that they did not see.

    The first Ctrl-C finishes the step, saves and says how to resume; the second stops at once.
    """
    if output is not None and resume is not None:
        raise UsageError("--output and --resume do not go together", "a training is resumed in its own folder")
    if group and not folds:
        raise UsageError("--group says which records are in one fold", "say how many folds: --folds 5")
    words = _command(pipeline, settings, on_error, folds, group)
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
            command=shlex.join(words),
        )
        with view(opened.declared.name, quiet=quiet) as watcher:
            try:
                lines, failed = _trained(opened, registry, options, watcher, folds, group)
            except Interrupted:
                assert watcher.folder is not None
                folder = watcher.folder.parent if folds else watcher.folder
                lines = None
    if lines is None:
        show(f"stopped, all is saved; resume with: {shlex.join([*words, '--resume', str(folder)])}", "stopped")
        return interruption.exit_code
    for line in lines:
        click.echo(line)
    return SOME_FAILED if failed else 0


def _trained(
    opened: OpenedPipeline,
    registry: Registry,
    options: TrainingOptions,
    watcher: Watcher,
    folds: int | None,
    group: str,
) -> tuple[list[str], int]:
    """Train, or cross-validate; return what is to be printed, and how many records were left out."""
    if not folds:
        trained = run_training(opened, registry, options, watcher)
        return [str(trained.folder.model)], trained.failed
    validated = run_cross_validation(opened, registry, options, watcher, folds, group)
    numbers = frozenset(range(1, 5 + folds)) - {4}
    return [f"{validated.folder}:", *aligned(validated.rows(), numbers=numbers)], validated.failed


def _command(
    pipeline: str, settings: tuple[str, ...], on_error: OnTrainingError, folds: int | None, group: str
) -> list[str]:
    """Return the words that begin the same training, whatever folder and threads it has."""
    changes = [word for setting in settings for word in ("--set", setting)]
    skip = ["--on-error", on_error] if on_error != "fail" else []
    dealt = [*(["--folds", str(folds)] if folds else []), *(["--group", group] if group else [])]
    return ["seqpipe", "train", pipeline, *changes, *skip, *dealt]
