"""``seqpipe train``: from a pipeline file to its model."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
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
from seqpipe.training import (
    Interrupted,
    TrainingOptions,
    Watcher,
    run_cross_validation,
    run_learning_curve,
    run_training,
)
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
@click.option(
    "--learning-curve", "parts", metavar="PERCENTS", help="Train on parts of the records, such as 10,20,50,100 percent."
)
@click.option(
    "--group", metavar="COLUMN", default="", help="With one of these two: records with one value stay together."
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
    folds: int | None,
    parts: str | None,
    group: str,
    settings: tuple[str, ...],
    threads: int,
    quiet: bool,  # noqa: FBT001 - click's
    verbose: bool,  # noqa: FBT001 - click's
) -> int:
    """Train a PIPELINE as its section `train` says, and print the path of the model.

    With --folds it is cross-validated: the records are dealt into K parts, each training learns from all but one, and
    what is printed is how good they are on the parts that they did not see. With --learning-curve each training learns
    from a greater part than the last, and what is printed is how good they are on the dev data: would more help?

    The first Ctrl-C finishes the step, saves and says how to resume; the second stops at once.
    """
    if output is not None and resume is not None:
        raise UsageError("--output and --resume do not go together", "a training is resumed in its own folder")
    experiment = _Experiment.of(folds, parts, group)
    words = ["seqpipe", "train", pipeline, *_changes(settings, on_error), *experiment.words]
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
                lines, failed = experiment.run(opened, registry, options, watcher)
            except Interrupted:
                assert watcher.folder is not None
                folder = watcher.folder.parent if experiment.words else watcher.folder
                lines = None
    if lines is None:
        show(f"stopped, all is saved; resume with: {shlex.join([*words, '--resume', str(folder)])}")
        return interruption.exit_code
    for line in lines:
        click.echo(line)
    return SOME_FAILED if failed else 0


@dataclass(frozen=True, slots=True)
class _Experiment:
    """Which trainings there are: one, unless there are folds or percents.

    Attributes:
        folds: how many; 0: there are none.
        percents: parts of the records.
        group: the column whose values stay together.
    """

    folds: int = 0
    percents: Sequence[float] = ()
    group: str = ""

    @classmethod
    def of(cls, folds: int | None, parts: str | None, group: str) -> _Experiment:
        """Return what the options say.

        Raises:
            UsageError: they do not go together, or are no percents.
        """
        if folds and parts:
            raise UsageError("--folds and --learning-curve do not go together", "keep one")
        if group and not (folds or parts):
            todo = "say what for: --folds 5, or --learning-curve 10,20,50,100"
            raise UsageError("--group says which records stay together", todo)
        try:
            percents = [float(percent) for percent in parts.split(",")] if parts is not None else []
        except ValueError:
            what = f"--learning-curve takes percents, not {parts!r}"
            raise UsageError(what, "write, for example, --learning-curve 10,20,50,100") from None
        return cls(folds or 0, percents, group)

    @property
    def words(self) -> list[str]:
        """The options that ask for the same; none for one training."""
        folds = ["--folds", str(self.folds)] if self.folds else []
        curve = ["--learning-curve", ",".join(f"{percent:g}" for percent in self.percents)] if self.percents else []
        return [*folds, *curve, *(["--group", self.group] if self.group else [])]

    def run(
        self, opened: OpenedPipeline, registry: Registry, options: TrainingOptions, watcher: Watcher
    ) -> tuple[list[str], int]:
        """Train; return what is to be printed, and how many records were left out."""
        if self.folds:
            validated = run_cross_validation(opened, registry, options, watcher, self.folds, self.group)
            numbers = frozenset(range(1, 5 + self.folds)) - {4}
            return [f"{validated.folder}:", *aligned(validated.rows(), numbers=numbers)], validated.failed
        if self.percents:
            curve = run_learning_curve(opened, registry, options, watcher, self.percents, self.group)
            return [f"{curve.folder}:", *aligned(curve.rows(), numbers=frozenset({1, 2, 3, 5}))], curve.failed
        trained = run_training(opened, registry, options, watcher)
        return [str(trained.folder.model)], trained.failed


def _changes(settings: tuple[str, ...], on_error: OnTrainingError) -> list[str]:
    """Return the options that change what comes out, whatever folder and threads there are."""
    skip = ["--on-error", on_error] if on_error != "fail" else []
    return [*(word for setting in settings for word in ("--set", setting)), *skip]
