"""Evaluation from a pipeline file: the data read as the training data were, the figures by their names."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seqpipe.builtin.objectives import ClassificationObjective
from seqpipe.builtin.readers.lines import ReadLines
from seqpipe.config import dump, parse_document
from seqpipe.config.stages import declared_stage
from seqpipe.contracts import Metric, Objective, Outcome, Reader
from seqpipe.data import Record
from seqpipe.engine.feed import Feed, records_of
from seqpipe.errors import InputError, Location
from seqpipe.metrics import Figure, figures
from seqpipe.notice import NOTICE
from seqpipe.pipeline.fit import BadRecordHandler
from seqpipe.pipeline.opened_pipeline import OpenedPipeline, open_pipeline
from seqpipe.registry import Registry
from seqpipe.sources import expand
from seqpipe.training.evaluation.outcomes import RATE, for_evaluation, outcomes
from seqpipe.training.section.train_section import data_reader

log = logging.getLogger("seqpipe")


@dataclass(frozen=True, eq=False, slots=True)
class Measurement:
    """How good a pipeline is on a data set.

    Attributes:
        figures: of each metric and of the speed, by name; a name such as ``f1_per_type.PER`` is one of a group.
        metrics: that the decoder owns.
        results: each record with what was found.
    """

    figures: Mapping[str, Figure]
    metrics: tuple[Metric, ...]
    results: Sequence[tuple[Record, Outcome]]


def measure(
    opened: OpenedPipeline,
    registry: Registry,
    data: str,
    *,
    labels: Sequence[str] = (),
    limit: int | None = None,
    threads: int = 1,
    failed: BadRecordHandler | None = None,
) -> Measurement:
    """Run a trained pipeline over records whose targets are known.

    Args:
        opened: the pipeline with its model.
        registry: has the readers.
        data: a file, folder or glob.
        labels: the only ones that the pipeline may answer; targets keep all of theirs.
        limit: read that many records at most.
        threads: to compute on.
        failed: is told of records that cannot be evaluated, which are left out; None: the first one is raised.

    Raises:
        SeqpipeError: the data cannot be read or have no targets, or a label is not known.
    """
    built = for_evaluation(opened.pipeline(), labels=labels)
    reader = _reader(opened, registry)
    feed = Feed(reader.read, expand([data], reader.suffixes), reader.name, limit=limit)
    evaluated = outcomes(built, records_of(feed, failed), threads, failed)
    if not evaluated.results:
        raise InputError("there are no records to evaluate on", "name a file that has some", Location(data))
    _notice_unknown_labels(built.objective, evaluated.results)
    metrics = built.objective.metrics
    return Measurement({**figures(metrics, evaluated.results), RATE: evaluated.rate}, metrics, evaluated.results)


def evaluate(
    name: str | os.PathLike[str],
    data: str | os.PathLike[str],
    *,
    settings: Iterable[str] = (),
    labels: Sequence[str] = (),
    threads: int = 1,
) -> dict[str, Any]:
    """Return how good a trained pipeline is: a figure with ``value``, ``low`` and ``high`` for each metric.

    Args:
        name: the path of a pipeline file, or the name of one that a plugin ships, such as ``text/sentiment``.
        data: a file, folder or glob of records with targets, in the format of the training data.
        settings: as for ``--set``: ``["decoder.beam=10"]``.
        labels: the only ones that the pipeline may answer; targets keep all of theirs.
        threads: to compute on.

    Raises:
        SeqpipeError: the pipeline or the data are wrong.
    """
    registry = Registry.discover()
    opened = open_pipeline(os.fspath(name), registry, settings)
    return nested(measure(opened, registry, os.fspath(data), labels=labels, threads=threads).figures)


def nested(figures: Mapping[str, Any]) -> dict[str, Any]:
    """Return figures with those of a group (``f1_per_type.PER``) in a mapping of their own."""
    groups: dict[str, Any] = {}
    for name, figure in figures.items():
        group, dot, member = name.partition(".")
        if dot:
            groups.setdefault(group, {})[member] = figure
        else:
            groups[name] = figure
    return groups


def _notice_unknown_labels(objective: Objective, results: Sequence[tuple[Record, Outcome]]) -> None:
    """Say how many records have a label that is never given, which may be spelled in another way."""
    if not isinstance(objective, ClassificationObjective) or not objective.pooled:
        return
    unknown = [str(record.target) for record, _ in results if str(record.target) not in objective.labels]
    if unknown:
        log.log(
            NOTICE,
            "%s of %s records have a label that the model does not know, and count as wrong, such as %r (known: %s)",
            f"{len(unknown):,}",
            f"{len(results):,}",
            unknown[0],
            ", ".join(objective.labels),
        )


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
