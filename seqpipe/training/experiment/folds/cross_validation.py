"""A pipeline is trained as often as there are folds, and measured on the records that each training did not see."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import Unpack

from seqpipe.contracts import Outcome
from seqpipe.data import Record
from seqpipe.errors import ConfigError, InputError, Location, UsageError
from seqpipe.metrics import figures, values
from seqpipe.pipeline.opened_pipeline import OpenedPipeline
from seqpipe.registry import Registry
from seqpipe.training.data.fold import Fold
from seqpipe.training.data.problems import Problems
from seqpipe.training.experiment.folds.folds_folder import FoldsFolder
from seqpipe.training.experiment.folds.result import CrossValidation
from seqpipe.training.loop.watcher import Watcher
from seqpipe.training.session.task import whole_data
from seqpipe.training.session.train import (
    TrainingArguments,
    TrainingOptions,
    opened_for_training,
    run_training,
)

Results = Sequence[tuple[Record, Outcome]]


def run_cross_validation(
    opened: OpenedPipeline,
    registry: Registry,
    options: TrainingOptions,
    watcher: Watcher,
    folds: int,
    group: str = "",
) -> CrossValidation:
    """Train a pipeline for each fold, one after the other, or resume these trainings.

    Args:
        opened: what to train.
        registry: its observers are told what happens.
        options: how; its folders are those of the whole.
        watcher: is told of each step.
        folds: how many, at least 2.
        group: the column whose values are each in one fold; empty: records are dealt by their content.

    Raises:
        SeqpipeError: the pipeline, the data or the folder is wrong, or a training cannot continue.
        Interrupted: it was asked to stop.
    """
    if folds < 2:
        raise UsageError(f"{folds} folds leave nothing to learn from, or to measure on", "make at least 2")
    whole = whole_data(opened, registry, Problems(options.on_error))
    parts = [Fold(number, folds, group) for number in range(1, folds + 1)]
    parts[0].split(whole.records)  # that they can be dealt is seen before anything is written
    if not whole.metrics:
        where = opened.declared.locations[-1]
        raise ConfigError("nothing measures how good a fold is", "add a decoder that has metrics", where)
    asked = {"folds": folds, "group": group}
    folder = FoldsFolder.of(opened.declared.name, options.output, options.resume, asked)
    measured: list[Results] = []
    failed = 0
    for fold in parts:
        name = f"fold-{fold.number}"
        with folder.named(name):
            trained = run_training(opened, registry, replace(folder.training(name, options), fold=fold), watcher)
        if not trained.measured:
            where = Location(str(folder.path / name))
            raise InputError(f"no record of {name} can be measured", "make fewer folds", where)
        measured.append(trained.measured)
        failed = max(failed, trained.failed)
    together = figures(whole.metrics, [result for of_fold in measured for result in of_fold])
    found = CrossValidation(folder.path, [values(whole.metrics, of_fold) for of_fold in measured], together, failed)
    folder.write(opened.declared.name, found)
    return found


def cross_validate(
    name: str | os.PathLike[str], *, folds: int = 5, group: str = "", **arguments: Unpack[TrainingArguments]
) -> CrossValidation:
    """Train a pipeline once for each fold of its training data, each time measured on the fold that is left out.

    Args:
        name: the path of a pipeline file, or the name of one that a plugin ships.
        folds: how many, at least 2.
        group: the column whose values are each in one fold, such as that of speakers; empty: equal records are.
        arguments: see `TrainingArguments`; the folders are those of the whole.

    Raises:
        SeqpipeError: the pipeline, the data or the folder is wrong, or a training cannot continue.
    """
    opened, registry, options = opened_for_training(name, **arguments)
    return run_cross_validation(opened, registry, options, Watcher(), folds, group)
