"""The end of a training: the model, its card, the plots."""

from __future__ import annotations

import numpy as np

from seqpipe.atomic import atomic_write
from seqpipe.data import Record
from seqpipe.data.ragged import Array
from seqpipe.errors import RecordError, TrainingError
from seqpipe.metrics import Figure, figures
from seqpipe.pipeline import Model
from seqpipe.training.evaluation.outcomes import RATE, for_evaluation, outcomes
from seqpipe.training.loop.progress import TrainingProgress
from seqpipe.training.loop.schedule import best
from seqpipe.training.session.card import TrainingSummary, card
from seqpipe.training.session.folder import RunFolder
from seqpipe.training.session.plot import Series, line_chart
from seqpipe.training.session.task import Task


def finish(task: Task, progress: TrainingProgress, folder: RunFolder, threads: int, command: str) -> Model:
    """Write the model of the best epoch, measured as it is written, with its card and plots; return it.

    Raises:
        OutputError: a file cannot be written.
        TrainingError: weights have grown beyond what the file can hold.
    """
    best_model = Model.load(folder.best)
    weights = {name: _in_half(name, array) for name, array in best_model.parameters.items()}
    measured = _figures(task, weights, threads)
    quality = {name: figure.plain() for name, figure in measured.items() if name != RATE}
    model = task.model(weights, **best_model.facts, figures=quality, command=command)
    model.save(folder.model)
    _plot(task, progress, folder)
    summary = TrainingSummary(
        progress, best(progress.merits(task.metric)), measured, threads, folder.model.stat().st_size
    )
    with atomic_write(folder.path / "README.md") as file:
        file.write(card(task, model, summary))
    return model


def _in_half(name: str, array: Array) -> Array:
    """Return weights as they are once they have been written in float16."""
    largest = float(np.abs(array).max(initial=0.0))
    if largest > float(np.finfo(np.float16).max):
        what = f"the weights {name} have grown to {largest:.3g}, beyond float16: the training has diverged"
        raise TrainingError(what, "lower the learning rate or `clip`, or warm up longer")
    return array.astype(np.float16).astype(np.float32)


def _figures(task: Task, weights: dict[str, np.ndarray], threads: int) -> dict[str, Figure]:
    """Return the figures on the dev data; empty without any."""
    if not task.dev:
        return {}
    pipeline = for_evaluation(task.pipeline, weights)
    evaluated = outcomes(pipeline, task.dev, threads, _is_told)
    return {**figures(pipeline.metrics, evaluated.results), RATE: evaluated.rate}


def _is_told(record: Record, error: RecordError) -> None:
    """Leave out a record of which the training has told already."""


def _plot(task: Task, progress: TrainingProgress, folder: RunFolder) -> None:
    epochs = progress.epochs
    marked = epochs[best(progress.merits(task.metric))].number
    losses = Series("loss", [(epoch.number, epoch.loss) for epoch in epochs])
    charts = {"loss": line_chart("Mean loss on the training data, in nats", "epoch", losses, marked)}
    if task.metric is not None:
        name = task.metric.name
        points = [(epoch.number, epoch.figures[name]) for epoch in epochs]
        charts["metric"] = line_chart(f"{name} on the dev data", "epoch", Series(name, points), marked)
    for name, chart in charts.items():
        with atomic_write(folder.path / f"{name}.svg") as file:
            file.write(chart)
