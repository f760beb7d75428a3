"""``seqpipe evaluate``: how good a pipeline is on labelled data."""

from __future__ import annotations

import json
import logging
import sys
from contextlib import redirect_stdout
from pathlib import Path

import click

from seqpipe.builtin.result_fields import plain
from seqpipe.cli.global_options import traceback_option
from seqpipe.cli.shared_options import (
    check_free,
    limit_option,
    overwrite_option,
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
from seqpipe.pipeline.opened_pipeline import open_pipeline
from seqpipe.registry import Registry
from seqpipe.training.evaluation.measurement import measure
from seqpipe.training.evaluation.outcomes import RATE
from seqpipe.training.evaluation.report.judgement import Judgement
from seqpipe.training.evaluation.report.page import ERRORS, PAGE, make_folder, write_page

log = logging.getLogger("seqpipe")


@click.command("evaluate")
@pipeline_argument
@click.option("--data", required=True, metavar="PATH", help="A file, folder or glob of records with targets.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--errors", type=click.IntRange(min=0), metavar="N", help="Show the N records that are worst.")
@click.option(
    "--report",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help=f"Write a page about all of it: DIR/{PAGE}.",
)
@overwrite_option
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
    errors: int | None,
    report: Path | None,
    overwrite: bool,  # noqa: FBT001 - click's
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

    The page has what applies to the results: precision and recall of each label, confusions, how far probabilities can
    be trusted, residuals, words that were misread, length, speed, and the worst records (20, or as many as --errors
    says) with what counted in them. --json prints the same as one object.
    """
    if report is not None:
        check_free(report / PAGE, overwrite=overwrite)
        make_folder(report)  # before hours of work, rather than after
    with log_to_stderr(quiet=quiet, verbose=verbose), compilation_announced(wanted=not quiet):
        registry = Registry.discover()
        opened = open_pipeline(pipeline, registry, settings)
        with redirect_stdout(sys.stderr):  # what a plugin prints is no figure
            left_out = _LeftOut()
            failed = left_out if on_error == "skip" else None
            chosen = _split(labels)
            shown = errors if errors is not None else ERRORS if report else 0
            measured = measure(
                opened,
                registry,
                data,
                labels=chosen,
                limit=limit,
                threads=threads,
                failed=failed,
                errors=shown,
                report=as_json or report is not None,
            )
    if report is not None:
        write_page(measured, report)
    if as_json:
        click.echo(json.dumps(measured.plain()))
    else:
        for line in (*_table(measured), *(_worst(measured) if errors else ())):
            click.echo(line)
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


def _table(measured: Judgement) -> list[str]:
    signatures = {metric.name: metric.signature for metric in measured.metrics}
    rows = []
    for name, figure in measured.figures.items():
        bounds = "" if name == RATE else f"[{figure.low:.4g}, {figure.high:.4g}]"
        rows.append((name, f"{figure.value:.4g}", bounds, signatures.get(name, "")))
    return aligned(rows, numbers=frozenset({1}))


def _worst(measured: Judgement) -> list[str]:
    """Return a line for each of the worst records; none if all are right."""
    if not measured.errors:
        return []
    rows = [("record", measured.errors[0].metric, "target", "found")]
    for error in measured.errors:
        record = error.record
        result = "; ".join(
            abbreviated(plain(value, name, record)) for fields in error.outcome for name, value in fields.items()
        )
        target = abbreviated(plain(record.target, "target", record))
        value = "nan" if error.value is None else f"{error.value:.4g}"
        rows.append((abbreviated_id(record.id), value, target, result))
    return ["", *aligned(rows)]
