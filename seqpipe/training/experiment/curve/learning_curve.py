"""A pipeline is trained on greater and greater parts of its records, and measured on the same dev data each time."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, Unpack

from seqpipe.contracts import Metric, Outcome
from seqpipe.data import Record
from seqpipe.errors import ConfigError, InputError, Location, UsageError
from seqpipe.metrics import Figure, figures
from seqpipe.pipeline.opened_pipeline import OpenedPipeline
from seqpipe.registry import Registry
from seqpipe.training.data.problems import Problems
from seqpipe.training.data.subset import Subset
from seqpipe.training.experiment.curve.curve import CurvePoint, LearningCurve
from seqpipe.training.experiment.curve.curve_folder import CurveFolder
from seqpipe.training.loop.watcher import Watcher
from seqpipe.training.section.train_section import train_settings
from seqpipe.training.session.task import WholeData, whole_data
from seqpipe.training.session.train import TrainingArguments, TrainingOptions, opened_for_training, run_training

Results = Sequence[tuple[Record, Outcome]]

PERCENTS = (10.0, 20.0, 50.0, 100.0)
"""Parts of the records, if nobody says which."""


def run_learning_curve(
    opened: OpenedPipeline,
    registry: Registry,
    options: TrainingOptions,
    watcher: Watcher,
    percents: Sequence[float] = PERCENTS,
    group: str = "",
) -> LearningCurve:
    """Train a pipeline on each part of its records, the smallest first, or resume these trainings.

    Args:
        opened: what to train.
        registry: its observers are told what happens.
        options: how; its folders are those of the whole.
        watcher: is told of each step.
        percents: how great the parts are, each greater than the one before.
        group: the column whose values are taken as a whole; empty: equal records are.

    Raises:
        SeqpipeError: the pipeline, the data or the folder is wrong, or a training cannot continue.
        Interrupted: it was asked to stop.
    """
    _check(percents)
    whole = whole_data(opened, registry, Problems(options.on_error))
    _check_measured(opened, whole)
    subsets = [Subset(float(percent), group) for percent in percents]
    records = [len(subset.of(whole.learn)) for subset in subsets]  # a part without any is refused before writing
    asked = {"percents": [subset.percent for subset in subsets], "group": group}
    folder = CurveFolder.of(opened.declared.name, options.output, options.resume, asked)
    points: list[CurvePoint] = []
    before: Results = ()
    failed = 0
    for subset, count in zip(subsets, records, strict=True):
        name = f"percent-{subset.percent:g}"
        with folder.named(name):
            trained = run_training(opened, registry, replace(folder.training(name, options), subset=subset), watcher)
        if not trained.measured:
            where = Location(str(folder.path / name))
            raise InputError(f"no record of the dev data can be measured by {name}", "leave this part out", where)
        found, changes = figures(whole.metrics, trained.measured), _changes(whole.metrics, before, trained.measured)
        points.append(CurvePoint(subset.percent, count, found, changes))
        before, failed = trained.measured, max(failed, trained.failed)
    curve = LearningCurve(folder.path, points, failed)
    folder.write(opened.declared.name, curve, _deciding(opened, whole))
    return curve


def learning_curve(
    name: str | os.PathLike[str],
    *,
    percents: Sequence[float] = PERCENTS,
    group: str = "",
    **arguments: Unpack[TrainingArguments],
) -> LearningCurve:
    """Train a pipeline on greater and greater parts of its records, each time measured on the same dev data.

    Args:
        name: the path of a pipeline file, or the name of one that a plugin ships.
        percents: how great the parts are, each greater than the one before; each is in all greater ones.
        group: the column whose values are taken as a whole, such as that of speakers; empty: equal records are.
        arguments: see `TrainingArguments`; the folders are those of the whole.

    Raises:
        SeqpipeError: the pipeline, the data or the folder is wrong, or a training cannot continue.
    """
    opened, registry, options = opened_for_training(name, **arguments)
    return run_learning_curve(opened, registry, options, Watcher(), percents, group)


def _check(percents: Sequence[float]) -> None:
    ascending = all(smaller < greater for smaller, greater in pairwise(percents))
    if not percents or not ascending or not all(0 < percent <= 100 for percent in percents):
        what = f"{', '.join(f'{percent:g}' for percent in percents) or 'nothing'}, where percents are needed"
        raise UsageError(what, "give numbers above 0 and up to 100, each greater than the last: 10, 20, 50, 100")


def _check_measured(opened: OpenedPipeline, whole: WholeData) -> None:
    """Check that there is something to measure, and something to measure it on."""
    if not whole.dev:
        where = opened.declared.document.where(("train", "data"))
        raise ConfigError("nothing says how good each training is", "name `dev` data, or set `held_out`", where)
    if not whole.metrics:
        where = opened.declared.locations[-1]
        raise ConfigError("nothing measures how good each training is", "add a decoder that has metrics", where)


def _deciding(opened: OpenedPipeline, whole: WholeData) -> str:
    """Return the name of the metric that decides which epoch is best."""
    return train_settings(opened.declared).stop.metric or whole.metrics[0].name


def _changes(metrics: Sequence[Metric], before: Results, after: Results) -> dict[str, Figure]:
    """Return how each metric changes from one model to another, over the records that both can process."""
    earlier = {_key(record): outcome for record, outcome in before}
    pairs = [(record, (earlier[_key(record)], outcome)) for record, outcome in after if _key(record) in earlier]
    changes = [_change(metric) for metric in metrics]
    return figures(changes, pairs)  # type: ignore[arg-type]  # an outcome of each model


def _key(record: Record) -> tuple[str, int, str]:
    return record.source, record.position, record.id


def _change(metric: Metric) -> Metric:
    """Return the metric of pairs of outcomes: by how much it changes from the first ones to the second ones."""

    def count(record: Record, outcomes: Any) -> Sequence[float]:
        return [*metric.count(record, outcomes[0]), *metric.count(record, outcomes[1])]

    def value(sums: Any) -> float:
        half = len(sums) // 2
        return float(metric.value(sums[half:]) - metric.value(sums[:half]))

    return Metric(metric.name, count, value, metric.higher_is_better)
