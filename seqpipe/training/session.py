"""From a pipeline file to a trained model in a folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

from seqpipe.config import dump
from seqpipe.hookspecs import EpochFinished, RunFinished, RunStarted
from seqpipe.pipeline.opening import Opened, open_pipeline
from seqpipe.registry import Registry
from seqpipe.runner.run import notify
from seqpipe.training.examples import Examples
from seqpipe.training.folder import RunFolder
from seqpipe.training.settings import augmentations, data_paths, data_reader, train_settings
from seqpipe.training.trainer import Epoch, Task, train_task


def task_of(opened: Opened, registry: Registry) -> Task:
    """Return what a pipeline file asks to train, with its data read.

    Raises:
        ConfigError: the section ``train`` is missing or wrong.
        InputError: the data cannot be read.
    """
    declared = opened.declared
    settings = train_settings(declared)
    reader = data_reader(declared, registry)
    learn = Examples.read(reader, data_paths(declared, "train", settings.data.train))
    dev = Examples.read(reader, data_paths(declared, "dev", settings.data.dev)) if settings.data.dev else None
    return Task(
        name=declared.name,
        stages=declared.stages,
        places=declared.places,
        reader=reader,
        settings=settings,
        train=learn,
        dev=dev,
        augmentations=augmentations(declared.document, registry),
    )


def run_training(
    opened: Opened,
    registry: Registry,
    *,
    output: Path | None = None,
    threads: int = 1,
    watch: Callable[[Epoch], None] = lambda _: None,
) -> RunFolder:
    """Train a pipeline; return the folder with its model.

    Args:
        opened: what to train.
        registry: its observers are told of each epoch.
        output: the folder to make; None: the next free ``runs/<name>-<n>``.
        threads: the weights are the same for any number.
        watch: is told of each epoch.

    Raises:
        SeqpipeError: the pipeline, the data or the folder is wrong.
    """
    task = task_of(opened, registry)
    folder = RunFolder.create(task.name, output)
    document = opened.declared.document
    folder.write_pipeline(dump(document.written()))
    notify(registry, RunStarted(task.name, task.settings.data.train))
    seconds = 0.0

    def note(epoch: Epoch) -> None:
        nonlocal seconds
        seconds += epoch.seconds
        folder.add_epoch(epoch)
        figures = {name: figure.value for name, figure in epoch.figures.items()}
        notify(registry, EpochFinished(epoch.number, {"loss": epoch.loss, **figures}))
        watch(epoch)

    train_task(task, threads, note).model.save(folder.model)
    notify(registry, RunFinished(len(task.train.records), 0, seconds))
    return folder


def train(
    name: str | os.PathLike[str],
    *,
    settings: Iterable[str] = (),
    output: str | os.PathLike[str] | None = None,
    threads: int = 1,
) -> Path:
    """Train a pipeline and return the path of its model.

    Args:
        name: the path of a pipeline file, or the name of one that a plugin ships.
        settings: as for ``--set``: ``["core.hidden=64"]``.
        output: the folder to make for it; None: the next free ``runs/<name>-<n>``.
        threads: to compute on; the model is the same for any number.

    Raises:
        SeqpipeError: the pipeline, the data or the folder is wrong.
    """
    registry = Registry.discover()
    opened = open_pipeline(os.fspath(name), registry, settings, with_model=False)
    folder = run_training(opened, registry, output=Path(output) if output is not None else None, threads=threads)
    return folder.model
