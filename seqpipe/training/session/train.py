"""From a pipeline file to a trained model in a folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict, Unpack, get_args

from seqpipe.config import dump
from seqpipe.contracts import Outcome
from seqpipe.data import Record
from seqpipe.engine.observers import Observers
from seqpipe.errors import RecordError, check_word
from seqpipe.hookspecs import EpochFinished, RecordFailed, RunFinished, RunStarted
from seqpipe.pipeline import Model
from seqpipe.pipeline.opened_pipeline import OpenedPipeline, open_pipeline
from seqpipe.registry import Registry
from seqpipe.training.data.fold import Fold
from seqpipe.training.data.problems import OnTrainingError, Problems
from seqpipe.training.data.subset import Subset
from seqpipe.training.evaluation.outcomes import for_evaluation, outcomes
from seqpipe.training.loop.checkpoint import Checkpoint
from seqpipe.training.loop.progress import Epoch
from seqpipe.training.loop.trainer import Trainer
from seqpipe.training.loop.watcher import StepFinished, Watcher
from seqpipe.training.section.resolved_pipeline import for_runs, resolved
from seqpipe.training.session.finish import finish
from seqpipe.training.session.folder import RunFolder
from seqpipe.training.session.task import Task, task_of
from seqpipe.training.session.tracker import JSONLinesTracker


@dataclass(frozen=True, slots=True)
class TrainingOptions:
    """How a training runs; nothing here changes what comes out of it, but for ``on_error``, ``fold`` and ``subset``.

    Attributes:
        output: the folder to make; None: the next free ``runs/<name>-<n>``.
        resume: the folder of a training to resume, perhaps with a greater length, instead of a new one.
        threads: to compute on.
        on_error: what to do with a record that cannot be learned from: ``fail`` or ``skip`` it.
        interrupted: says whether to stop after the current step.
        command: that began it, for the model card.
        fold: of a cross-validation: which of the training data are kept apart, and measured at the end.
        subset: of a learning curve: which of the training data are learned from; the dev data are measured at the end.
    """

    output: Path | None = None
    resume: Path | None = None
    threads: int = 1
    on_error: OnTrainingError = "fail"
    interrupted: Callable[[], bool] = lambda: False
    command: str = ""
    fold: Fold | None = None
    subset: Subset | None = None


@dataclass(frozen=True, slots=True)
class Trained:
    """A training that is over.

    Attributes:
        folder: where everything is.
        failed: how many records were left out.
        measured: of a fold or a subset: what the model gave for the records that it is measured on.
    """

    folder: RunFolder
    failed: int
    measured: Sequence[tuple[Record, Outcome]] = ()


def run_training(opened: OpenedPipeline, registry: Registry, options: TrainingOptions, watcher: Watcher) -> Trained:
    """Train a pipeline, or resume its training.

    Args:
        opened: what to train.
        registry: its observers are told what happens.
        options: how.
        watcher: is told of each step.

    Raises:
        SeqpipeError: the pipeline, the data or the folder is wrong, or the training cannot continue.
        Interrupted: it was asked to stop.
    """
    configuration = dump(resolved(opened.declared))
    problems = Problems(options.on_error)
    folder = RunFolder.open(options.resume, configuration) if options.resume is not None else None
    checkpoint = Checkpoint.load(folder.last) if folder and folder.last.exists() else None
    task = task_of(opened, registry, problems, options.fold, options.subset)
    if folder is None:
        folder = RunFolder.create(opened.declared.name, options.output)
        folder.write_configuration(configuration)
    with _tracked(registry, folder):
        observers = Observers(registry)
        observers.tell(RunStarted(task.name, task.facts["data"]["train"]))
        problems.tell(lambda record, error: observers.tell(_failed(record, error)))
        observed = _ObservedWatcher(watcher, observers)
        trainer = Trainer(task, folder, problems, observed, options.interrupted, options.threads)
        if checkpoint is not None:
            trainer.resume(checkpoint)
        if options.resume is not None:
            folder.write_configuration(configuration)  # it may have become longer
        watcher.begun(folder.path, len(task.data), len(task.dev), len(trainer.progress.epochs))
        try:
            trainer.run()
            model = finish(task, trainer.progress, folder, options.threads, options.command)
            folder.write_pipeline(dump(for_runs(opened.declared, folder.model.name)))
        finally:
            observers.tell(RunFinished(observed.records, len(problems), trainer.progress.seconds))
    measured = _measured(task, model, problems, options.threads)
    return Trained(folder, len(problems), measured)


class TrainingArguments(TypedDict, total=False):
    """What `train`, `cross_validate` and `learning_curve` take by keywords, beside their own.

    Attributes:
        settings: as for ``--set``: ``["core.hidden=64"]``.
        output: the folder to make; None, or not given: the next free ``runs/<name>-<n>``.
        resume: the folder of one that was stopped, to resume it.
        threads: to compute on, 1 if not given; what comes out is the same for any number.
        on_error: what to do with a record that cannot be learned from: ``fail``, if not given, or ``skip`` it.
    """

    settings: Iterable[str]
    output: str | os.PathLike[str] | None
    resume: str | os.PathLike[str] | None
    threads: int
    on_error: OnTrainingError


def opened_for_training(
    name: str | os.PathLike[str],
    *,
    settings: Iterable[str] = (),
    output: str | os.PathLike[str] | None = None,
    resume: str | os.PathLike[str] | None = None,
    threads: int = 1,
    on_error: OnTrainingError = "fail",
) -> tuple[OpenedPipeline, Registry, TrainingOptions]:
    """Return what a training that is begun from Python is made of; see `TrainingArguments`.

    Raises:
        SeqpipeError: the pipeline, or one of the arguments, is wrong.
    """
    check_word("on_error", on_error, get_args(OnTrainingError))
    registry = Registry.discover()
    opened = open_pipeline(os.fspath(name), registry, settings, with_model=False)
    begun, resumed = (Path(folder) if folder is not None else None for folder in (output, resume))
    return opened, registry, TrainingOptions(begun, resumed, threads, on_error)


def train(name: str | os.PathLike[str], **arguments: Unpack[TrainingArguments]) -> Path:
    """Train a pipeline and return the path of its model.

    Args:
        name: the path of a pipeline file, or the name of one that a plugin ships.
        arguments: see `TrainingArguments`. With more epochs, steps or minutes, a training that is resumed goes on, also
            after its end.

    Raises:
        SeqpipeError: the pipeline, the data or the folder is wrong, or the training cannot continue.
    """
    opened, registry, options = opened_for_training(name, **arguments)
    return run_training(opened, registry, options, Watcher()).folder.model


def _measured(task: Task, model: Model, problems: Problems, threads: int) -> Sequence[tuple[Record, Outcome]]:
    """Return what the model gives for the records that were kept apart."""
    if not task.measured:
        return ()
    return outcomes(for_evaluation(task.pipeline, model.parameters), task.measured, threads, problems).results


@contextmanager
def _tracked(registry: Registry, folder: RunFolder) -> Iterator[None]:
    """Let the built-in observer write into a folder."""
    tracker = JSONLinesTracker(folder.timing)
    registry.manager.register(tracker)
    try:
        yield
    finally:
        registry.manager.unregister(tracker)


def _failed(record: Record, error: RecordError) -> RecordFailed:
    return RecordFailed(record.source, record.position, record.id, error.stage, error, record.raw)


class _ObservedWatcher(Watcher):
    """Passes on what it is told, and tells the observers of epochs and of their speed."""

    def __init__(self, watcher: Watcher, observers: Observers) -> None:
        self.watcher = watcher
        self.observers = observers
        self.records = 0
        self._of_epoch = [0, 0, 0.0]  # records, positions, seconds

    def stepped(self, step: StepFinished) -> None:
        self.records += step.records
        for index, value in enumerate((step.records, step.positions, step.seconds)):
            self._of_epoch[index] += value
        self.watcher.stepped(step)

    def evaluating(self) -> None:
        self.watcher.evaluating()

    def epoch_finished(self, epoch: Epoch, *, best: bool) -> None:
        records, positions, seconds = self._of_epoch
        self._of_epoch = [0, 0, 0.0]
        speed = {"seconds": seconds, "records": records, "positions": positions}
        self.observers.tell(EpochFinished(epoch.number, epoch.line() | speed))
        self.watcher.epoch_finished(epoch, best=best)
