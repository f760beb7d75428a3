"""``seqpipe evaluate``: how good a pipeline is on labelled data."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import click
import numpy as np

from seqpipe.cli.application import traceback_option
from seqpipe.cli.brief import brief, brief_id
from seqpipe.cli.layout import aligned
from seqpipe.cli.options import (
    limit_option,
    log_to_stderr,
    pipeline_argument,
    settings_option,
    threads_option,
    verbosity_options,
)
from seqpipe.config import dump, parse_document
from seqpipe.config.stages import declared_stage
from seqpipe.data import Batch, Record
from seqpipe.errors import InputError, Location
from seqpipe.metrics import Figure
from seqpipe.metrics import evaluate as figures_of
from seqpipe.pipeline import Pipeline
from seqpipe.pipeline.opening import Opened, open_pipeline
from seqpipe.registry import Registry
from seqpipe.runner.batches import batches
from seqpipe.runner.results import process
from seqpipe.runner.run import read
from seqpipe.sources import expand
from seqpipe.stage import Metric, Outcome, Reader
from seqpipe.stages.fields import plain
from seqpipe.stages.lines import ReadLines
from seqpipe.training.settings import data_reader
from seqpipe.training.trainer import for_evaluation

RATE = "records_per_second"

Results = Sequence[tuple[Record, Outcome]]


@click.command("evaluate")
@pipeline_argument
@click.option("--data", required=True, metavar="PATH", help="A file, folder or glob of records with targets.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--errors", type=click.IntRange(min=0), default=0, metavar="N", help="Show the N records that are worst.")
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
    settings: tuple[str, ...],
    limit: int | None,
    threads: int,
    quiet: bool,  # noqa: FBT001 - click's
    verbose: bool,  # noqa: FBT001 - click's
) -> None:
    """Run a trained PIPELINE over records whose targets are known, and print its metrics.

    Each metric comes with the bounds between which it lies with a confidence of 95 %. The speed is measured once, so
    its bounds are its value. The data are read as the training data were.
    """
    with log_to_stderr(quiet=quiet, verbose=verbose):
        registry = Registry.discover()
        opened = open_pipeline(pipeline, registry, settings)
        built = for_evaluation(opened.pipeline())
        reader = _reader(opened, registry)
        begin = time.perf_counter()
        results = list(_results(built, read(reader, expand([data], reader.suffixes), limit), threads))
        rate = len(results) / (time.perf_counter() - begin)
    if not results:
        raise InputError("there are no records to evaluate on", "name a file that has some", Location(data))
    figures = figures_of(built.head.metrics, results) | {RATE: Figure(rate, rate, rate)}
    if as_json:
        click.echo(json.dumps({name: _finite(figure) for name, figure in figures.items()}))
    else:
        for line in _table(figures):
            click.echo(line)
    for line in _worst(built.head.metrics[0], results, errors) if errors else ():
        click.echo(line, err=as_json)


def _reader(opened: Opened, registry: Registry) -> Reader:
    """Return what reads data with targets: what the pipeline file says, else what the model was trained with."""
    declared, model = opened.declared, opened.model
    if ("train", "data", "reader") in declared.document:
        return data_reader(declared, registry)
    if model and "data_reader" in model.facts:
        text = dump({"read": model.facts["data_reader"]})
        document = parse_document(text, str(opened.model_path), Path())
        reader = declared_stage(document, ("read",), ("reader",), registry)
        assert isinstance(reader, Reader)
        return reader
    return declared.reader or ReadLines()


def _results(pipeline: Pipeline, records: Iterator[Record], threads: int) -> Iterator[tuple[Record, Outcome]]:
    """Yield each record with all that was found for it; of a record in pieces, the last piece."""
    found: list[Outcome] = []
    checked = False
    for done in process(pipeline, batches(records), threads):
        for record, outcome in zip(done.records, done.outcomes, strict=True):
            if not checked and record.target is None:
                _check_needs_no_target(pipeline, record)
            checked = True
            found.append(outcome)
            if record.last:
                yield record, [result for part in found for result in part]
                found = []


def _check_needs_no_target(pipeline: Pipeline, record: Record) -> None:
    """Let the head say so if it compares with targets, and there is none.

    Raises:
        RecordError: it does.
    """
    batch = Batch((record,))
    for step in pipeline.preparing:
        batch, _ = step(batch)
    pipeline.head.targets(batch)


def _finite(figure: Figure) -> dict[str, float | None]:
    return {name: value if np.isfinite(value) else None for name, value in asdict(figure).items()}


def _table(figures: dict[str, Figure]) -> list[str]:
    rows = [
        (name, f"{figure.value:.4g}", "" if name == RATE else f"[{figure.low:.4g}, {figure.high:.4g}]")
        for name, figure in figures.items()
    ]
    return aligned(rows, numbers=frozenset({1}))


def _worst(metric: Metric, results: Results, number: int) -> list[str]:
    """Return a line for each of the records that a metric likes least."""
    values = [metric.value(np.array(metric.count(record, outcome), np.float64)) for record, outcome in results]
    sign = 1 if metric.higher_is_better else -1
    order = sorted(range(len(results)), key=lambda index: (bool(np.isnan(values[index])), sign * values[index]))
    rows = [("record", metric.name, "target", "found")]
    for index in order[:number]:
        record, outcome = results[index]
        found = "; ".join(brief(plain(value, name, record)) for one in outcome for name, value in one.items())
        target = brief(plain(record.target, "target", record))
        rows.append((brief_id(record.id), f"{values[index]:.4g}", target, found))
    return ["", *aligned(rows)]
