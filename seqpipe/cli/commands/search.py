"""``seqpipe search``: trainings of a pipeline with other values, and the best of them."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from seqpipe.cli.global_options import traceback_option
from seqpipe.cli.graceful_stop import GracefulStop
from seqpipe.cli.shared_options import pipeline_argument, settings_option, threads_option, verbosity_options
from seqpipe.cli.terminal.compilation_notice import compilation_announced
from seqpipe.cli.terminal.error_report import SOME_FAILED, show
from seqpipe.cli.terminal.log import log_to_stderr
from seqpipe.errors import UsageError
from seqpipe.training import Interrupted
from seqpipe.training.experiment.search.search import DEFAULT_TRIALS, SearchOptions, search
from seqpipe.training.experiment.search.space import read_space
from seqpipe.training.experiment.search.study import Trial

_STOPPING = "stopping after this step; once more to stop at once"


@click.command("search")
@pipeline_argument
@click.argument("space", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="DIR", help="The folder to make.")
@click.option("--resume", type=click.Path(path_type=Path), metavar="DIR", help="Resume the search in the folder DIR.")
@click.option("--trials", type=click.IntRange(min=1), metavar="N", help=f"Trials in all; default: {DEFAULT_TRIALS}.")
@click.option("--minutes", type=click.FloatRange(min=0, min_open=True), metavar="M", help="Begin none after M minutes.")
@settings_option
@threads_option
@verbosity_options
@traceback_option
def command(
    pipeline: str,
    space: Path,
    output: Path | None,
    resume: Path | None,
    trials: int | None,
    minutes: float | None,
    settings: tuple[str, ...],
    threads: int,
    quiet: bool,  # noqa: FBT001 - click's
    verbose: bool,  # noqa: FBT001 - click's
) -> int:
    """Train a PIPELINE again and again with values out of SPACE, and print the path of the best pipeline file.

    SPACE is a file of ranges, such as `core.hidden: {int: [32, 256], log: true}`. Each trial is a training; one that is
    worse than most others after as many epochs ends early.

    The first Ctrl-C finishes the step, saves and says how to resume; the second stops at once.
    """
    if (output is None) == (resume is None):
        raise UsageError("a search needs a folder", "name a new one, -o DIR, or one to go on in, --resume DIR")
    if trials is not None and minutes is not None:
        raise UsageError("--trials and --minutes do not go together", "keep one")
    with (
        log_to_stderr(quiet=quiet, verbose=verbose),
        compilation_announced(wanted=not quiet),
        GracefulStop(_STOPPING) as interruption,
    ):
        options = SearchOptions(trials, minutes, output, resume, threads, lambda: interruption.asked)
        try:
            found = search(pipeline, read_space(space), settings, options, _Lines(quiet=quiet))
        except Interrupted:
            found = None
    if found is None:
        again = [*_again(pipeline, space, settings, trials, minutes), "--resume", str(output or resume)]
        show(f"stopped, all is saved; resume with: {shlex.join(again)}")
        return interruption.exit_code
    if not found.best.exists():
        show("no trial was finished, so none is the best")
        return SOME_FAILED
    click.echo(found.best)
    return 0


class _Lines:
    """A line on standard error for each trial."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet

    def __call__(self, trial: Trial, metric: str) -> None:
        if not self._quiet:
            value = "" if trial.value is None else f"  {metric} {trial.value:.4f}"
            values = "  ".join(f"{path}={value}" for path, value in trial.values.items())
            click.echo(f"{trial.folder}  {trial.state}{value}  {values}", err=True)


def _again(
    pipeline: str, space: Path, settings: tuple[str, ...], trials: int | None, minutes: float | None
) -> list[str]:
    """Return the words that begin the same search, whatever folder and threads it has."""
    changes = [word for setting in settings for word in ("--set", setting)]
    length = ["--trials", str(trials)] if trials else ["--minutes", str(minutes)] if minutes else []
    return ["seqpipe", "search", pipeline, str(space), *changes, *length]
