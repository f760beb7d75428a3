"""``seqpipe train``: from a pipeline file to its model."""

from __future__ import annotations

from pathlib import Path

import click

from seqpipe.cli.application import traceback_option
from seqpipe.cli.options import (
    log_to_stderr,
    pipeline_argument,
    settings_option,
    threads_option,
    verbosity_options,
)
from seqpipe.pipeline.opening import open_pipeline
from seqpipe.registry import Registry
from seqpipe.training import Epoch, run_training


@click.command("train")
@pipeline_argument
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The folder to make; default: runs/<name>-<n>.")
@settings_option
@threads_option
@verbosity_options
@traceback_option
def command(
    pipeline: str,
    output: Path | None,
    settings: tuple[str, ...],
    threads: int,
    quiet: bool,  # noqa: FBT001 - click's
    verbose: bool,  # noqa: FBT001 - click's
) -> None:
    """Train a PIPELINE as its section `train` says, and print the path of the model."""

    def show(epoch: Epoch) -> None:
        if not quiet:
            click.echo(_line(epoch), err=True)

    with log_to_stderr(quiet=quiet, verbose=verbose):
        registry = Registry.discover()
        opened = open_pipeline(pipeline, registry, settings, with_model=False)
        folder = run_training(opened, registry, output=output, threads=threads, watch=show)
    click.echo(folder.model)


def _line(epoch: Epoch) -> str:
    figures = "  ".join(f"{name} {figure.value:.4f}" for name, figure in epoch.figures.items())
    rate = epoch.records / epoch.seconds
    return f"epoch {epoch.number}  loss {epoch.loss:.4f}  {figures}  {rate:,.0f} records/s{'  best' * epoch.best}"
