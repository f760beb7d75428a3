"""Evaluation from a pipeline file: the data read as the training data were, the figures by their names."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from seqpipe.builtin.readers.lines import ReadLines
from seqpipe.config import dump, parse_document
from seqpipe.config.stages import declared_stage
from seqpipe.contracts import Reader
from seqpipe.engine.feed import Feed, records_of
from seqpipe.errors import InputError, Location
from seqpipe.metrics import MetricCounts
from seqpipe.pipeline.fit import BadRecordHandler
from seqpipe.pipeline.opened_pipeline import OpenedPipeline, open_pipeline
from seqpipe.registry import Registry
from seqpipe.sources import expand
from seqpipe.training.evaluation.outcomes import RATE, Stopwatch, each_outcome, for_evaluation, rate_of
from seqpipe.training.evaluation.report.attributed_errors import attributed
from seqpipe.training.evaluation.report.contents import sections_of
from seqpipe.training.evaluation.report.judgement import Judgement, nested
from seqpipe.training.evaluation.report.page import ERRORS, make_folder, write_page
from seqpipe.training.evaluation.report.worst import WorstRecords
from seqpipe.training.evaluation.unknown_labels import UnknownLabels
from seqpipe.training.section.train_section import data_reader


def measure(
    opened: OpenedPipeline,
    registry: Registry,
    data: str,
    *,
    labels: Sequence[str] = (),
    limit: int | None = None,
    threads: int = 1,
    failed: BadRecordHandler | None = None,
    errors: int = 0,
    report: bool = False,
) -> Judgement:
    """Run a trained pipeline over records whose targets are known.

    Args:
        opened: the pipeline with its model.
        registry: has the readers.
        data: a file, folder or glob.
        labels: the only ones that the pipeline may answer; targets keep all of theirs.
        limit: read that many records at most.
        threads: to compute on.
        failed: is told of records that cannot be evaluated, which are left out; None: the first one is raised.
        errors: how many of the worst records to return.
        report: also fill the sections of the report, and say what counted in the worst records.

    Raises:
        SeqpipeError: the data cannot be read or have no targets, or a label is not known.
    """
    built = for_evaluation(opened.pipeline(), labels=labels)
    reader = _reader(opened, registry)
    feed = Feed(reader.read, expand([data], reader.suffixes), reader.name, limit=limit)
    clock = Stopwatch(each_outcome(built, records_of(feed, failed), threads, failed))
    counts, unknown = MetricCounts(built.metrics), UnknownLabels(built.objective)
    worst = WorstRecords(built.metrics[0] if built.metrics else None, built.comparison, errors)
    sections = sections_of(built.comparison, built.metrics, clock) if report else ()
    records = 0
    for measured in clock:
        records += 1
        counts.add(measured.record, measured.outcome)
        unknown.add(measured)
        worst.add(measured)
        for section in sections:
            section.add(measured)
    if not records:
        raise InputError("there are no records to evaluate on", "name a file that has some", Location(data))
    unknown.tell(records)
    found = {**counts.figures(), RATE: rate_of(records, clock.seconds)}
    wrong = attributed(built, worst.records) if report else worst.records
    return Judgement(opened.declared.name, data, records, found, built.metrics, sections, built.comparison, wrong)


def evaluate(
    name: str | os.PathLike[str],
    data: str | os.PathLike[str],
    *,
    settings: Iterable[str] = (),
    labels: Sequence[str] = (),
    threads: int = 1,
    report: str | os.PathLike[str] | None = None,
) -> dict[str, Any]:
    """Return how good a trained pipeline is: a figure with ``value``, ``low`` and ``high`` for each metric.

    Args:
        name: the path of a pipeline file, or the name of one that a plugin ships, such as ``text/sentiment``.
        data: a file, folder or glob of records with targets, in the format of the training data.
        settings: as for ``--set``: ``["decoder.beam=10"]``.
        labels: the only ones that the pipeline may answer; targets keep all of theirs.
        threads: to compute on.
        report: a folder, for a page with all that can be said: ``report.html``, which is replaced.

    Raises:
        SeqpipeError: the pipeline or the data are wrong, or the page cannot be written.
    """
    if report is not None:
        make_folder(Path(report))
    registry = Registry.discover()
    opened = open_pipeline(os.fspath(name), registry, settings)
    errors = ERRORS if report is not None else 0
    judged = measure(
        opened, registry, os.fspath(data), labels=labels, threads=threads, errors=errors, report=report is not None
    )
    if report is not None:
        write_page(judged, Path(report))
    return nested(judged.figures)


def _reader(opened: OpenedPipeline, registry: Registry) -> Reader:
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
