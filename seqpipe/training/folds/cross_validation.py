"""A pipeline is trained as often as there are folds, and measured on the records that each training did not see."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import replace

from seqpipe.contracts import Outcome
from seqpipe.data import Record
from seqpipe.errors import ConfigError, InputError, Location, UsageError
from seqpipe.metrics import figures, values
from seqpipe.pipeline.opened_pipeline import OpenedPipeline, open_pipeline
from seqpipe.registry import Registry
from seqpipe.training.data.fold import Fold
from seqpipe.training.data.problems import OnTrainingError, Problems
from seqpipe.training.folds.folds_folder import FoldsFolder
from seqpipe.training.folds.result import CrossValidation
from seqpipe.training.loop.watcher import Watcher
from seqpipe.training.session.folder import RunFolder
from seqpipe.training.session.task import metrics_of
from seqpipe.training.session.train import TrainingOptions, run_training

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
    metrics = metrics_of(opened, registry, Problems(options.on_error), Fold(1, folds, group))
    if not metrics:
        where = opened.declared.locations[-1]
        raise ConfigError("nothing measures how good a fold is", "add a decoder that has metrics", where)
    if options.resume is not None:
        folder = FoldsFolder.open(options.resume, folds, group)
    else:
        folder = FoldsFolder.create(opened.declared.name, options.output, folds, group)
    measured: list[Results] = []
    failed = 0
    for fold in (Fold(number, folds, group) for number in range(1, folds + 1)):
        path = folder.fold(fold.number)
        begun = RunFolder(path).has_begun
        of_fold = replace(options, output=None if begun else path, resume=path if begun else None, fold=fold)
        trained = run_training(opened, registry, of_fold, watcher)
        if not trained.measured:
            raise InputError(f"no record of {path.name} can be measured", "make fewer folds", Location(str(path)))
        measured.append(trained.measured)
        failed = max(failed, trained.failed)
    together = figures(metrics, [result for of_fold in measured for result in of_fold])
    found = CrossValidation(folder.path, [values(metrics, of_fold) for of_fold in measured], together, failed)
    folder.write(opened.declared.name, found)
    return found


def cross_validate(
    name: str | os.PathLike[str],
    *,
    folds: int = 5,
    group: str = "",
    settings: Iterable[str] = (),
    output: str | os.PathLike[str] | None = None,
    resume: str | os.PathLike[str] | None = None,
    threads: int = 1,
    on_error: OnTrainingError = "fail",
) -> CrossValidation:
    """Train a pipeline once for each fold of its training data, each time measured on the fold that is left out.

    Args:
        name: the path of a pipeline file, or the name of one that a plugin ships.
        folds: how many, at least 2.
        group: the column whose values are each in one fold, such as that of speakers; empty: equal records are.
        settings: as for ``--set``: ``["core.hidden=64"]``.
        output: the folder to make for it; None: the next free ``runs/<name>-<n>``.
        resume: the folder of a cross-validation to resume.
        threads: to compute on; the figures are the same for any number.
        on_error: what to do with a record that cannot be learned from: ``fail`` or ``skip`` it.

    Raises:
        SeqpipeError: the pipeline, the data or the folder is wrong, or a training cannot continue.
    """
    registry = Registry.discover()
    opened = open_pipeline(os.fspath(name), registry, settings, with_model=False)
    options = TrainingOptions.of(output, resume, threads, on_error)
    return run_cross_validation(opened, registry, options, Watcher(), folds, group)
