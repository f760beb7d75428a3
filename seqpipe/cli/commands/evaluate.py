"""``seqpipe evaluate``: how good a pipeline is on labelled data."""

from __future__ import annotations

import json
import logging
import sys
from contextlib import redirect_stdout
from typing import Any

import click
import numpy as np

from seqpipe.builtin.result_fields import plain
from seqpipe.cli.global_options import traceback_option
from seqpipe.cli.shared_options import (
    limit_option,
    pipeline_argument,
    settings_option,
    threads_option,
    verbosity_options,
)
from seqpipe.cli.terminal.abbreviation import abbreviated, abbreviated_id
from seqpipe.cli.terminal.columns import aligned
from seqpipe.cli.terminal.compilation_notice import compilation_announced
from seqpipe.cli.terminal.error_report import SOME_FAILED
from seqpipe.cli.terminal.log import log_to_stderr
from seqpipe.data import Record
from seqpipe.errors import RecordError
from seqpipe.metrics import Figure
from seqpipe.pipeline.opened_pipeline import open_pipeline
from seqpipe.registry import Registry
from seqpipe.training.evaluation.measurement import Measurement, measure, nested
from seqpipe.training.evaluation.outcomes import RATE

log = logging.getLogger("seqpipe")


@click.command("evaluate")
@pipeline_argument
@click.option("--data", required=True, metavar="PATH", help="A file, folder or glob of records with targets.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--errors", type=click.IntRange(min=0), default=0, metavar="N", help="Show the N records that are worst.")
@click.option("--labels", metavar="A,B", help="The only labels that the pipeline may answer; targets keep all.")
@click.option(
    "--on-error",
    type=click.Choice(["fail", "skip"]),
    default="fail",
    show_default=True,
    help="At a bad record, end or leave it out.",
)
@settings_option
@limit_option
@threads_option
@verbosity_options
@traceback_option
def command(
    pipeline: str,
    data: str,
    as_json: bool,  # noqa: FBT001 - click's
    errors: int,
    labels: str | None,
    on_error: str,
    settings: tuple[str, ...],
    limit: int | None,
    threads: int,
    quiet: bool,  # noqa: FBT001 - click's
    verbose: bool,  # noqa: FBT001 - click's
) -> int:
    """Run a trained PIPELINE over records whose targets are known, and print its metrics.

    Each metric comes with bounds: with a confidence of 95 %, it is between them. The speed is measured once, so
    its bounds are its value. The data are read as the training data were.
    """
    with log_to_stderr(quiet=quiet, verbose=verbose), compilation_announced(wanted=not quiet):
        registry = Registry.discover()
        opened = open_pipeline(pipeline, registry, settings)
        with redirect_stdout(sys.stderr):  # what a plugin prints is no figure
            left_out = _LeftOut()
            failed = left_out if on_error == "skip" else None
            chosen = _split(labels)
            measured = measure(opened, registry, data, labels=chosen, limit=limit, threads=threads, failed=failed)
    if as_json:
        signatures = {metric.name: metric.signature for metric in measured.metrics if metric.signature}
        plain = {name: _plain(figure, signatures.get(name)) for name, figure in measured.figures.items()}
        click.echo(json.dumps(nested(plain)))
    else:
        for line in _table(measured):
            click.echo(line)
    for line in _worst(measured, errors) if errors else ():
        click.echo(line, err=as_json)
    return SOME_FAILED if left_out.count else 0


class _LeftOut:
    """Tells of the records that are left out."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, record: Record, error: RecordError) -> None:
        self.count += 1
        log.warning("left out: %s", error)


def _split(labels: str | None) -> tuple[str, ...]:
    return tuple(label.strip() for label in labels.split(",")) if labels else ()


def _plain(figure: Figure, signature: str | None) -> dict[str, Any]:
    return {**figure.plain(), "signature": signature} if signature else figure.plain()


def _table(measured: Measurement) -> list[str]:
    signatures = {metric.name: metric.signature for metric in measured.metrics}
    rows = []
    for name, figure in measured.figures.items():
        bounds = "" if name == RATE else f"[{figure.low:.4g}, {figure.high:.4g}]"
        rows.append((name, f"{figure.value:.4g}", bounds, signatures.get(name, "")))
    return aligned(rows, numbers=frozenset({1}))


def _worst(measured: Measurement, number: int) -> list[str]:
    """Return a line for each of the records that the first metric likes least."""
    metric, results = measured.metrics[0], measured.results
    values = [metric.value(np.array(metric.count(record, outcome), np.float64)) for record, outcome in results]
    sign = 1 if metric.higher_is_better else -1
    order = sorted(range(len(results)), key=lambda index: (bool(np.isnan(values[index])), sign * values[index]))
    rows = [("record", metric.name, "target", "found")]
    for index in order[:number]:
        record, outcome = results[index]
        result = "; ".join(
            abbreviated(plain(value, name, record)) for fields in outcome for name, value in fields.items()
        )
        target = abbreviated(plain(record.target, "target", record))
        rows.append((abbreviated_id(record.id), f"{values[index]:.4g}", target, result))
    return ["", *aligned(rows)]
