"""The training itself: fit, epochs, the best weights kept."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from seqpipe.data.ragged import Array
from seqpipe.errors import SeqpipeError
from seqpipe.metrics import Figure, evaluate
from seqpipe.network.optimizers import WeightAverage, clip_by_global_norm
from seqpipe.pipeline import Fresh, Model, Pipeline, assemble, fit
from seqpipe.pipeline.assemble import Places
from seqpipe.pipeline.parameters import Given
from seqpipe.runner.results import process
from seqpipe.stage import Augmentation, Decoder, Outcome, Reader, Stage, Training
from seqpipe.training.examples import Examples
from seqpipe.training.settings import TrainSettings
from seqpipe.training.step import gradients


class TrainingError(SeqpipeError):
    """The training cannot go on."""

    exit_code = 1


@dataclass(frozen=True, eq=False, slots=True)
class Epoch:
    """How an epoch went.

    Attributes:
        number: counted from 1.
        loss: mean over the training data, in nats.
        figures: on the dev data; empty without any.
        best: whether these are the best weights so far.
        seconds: that the epoch took, without the evaluation.
        records: that were learned from.
    """

    number: int
    loss: float
    figures: Mapping[str, Figure]
    best: bool
    seconds: float
    records: int


@dataclass(frozen=True, eq=False, slots=True)
class Task:
    """What to train and on what."""

    name: str
    stages: tuple[Stage, ...]
    places: Places
    reader: Reader
    settings: TrainSettings
    train: Examples
    dev: Examples | None
    augmentations: tuple[Augmentation, ...]


@dataclass(frozen=True, eq=False, slots=True)
class Trained:
    """The outcome of a training."""

    model: Model
    epochs: tuple[Epoch, ...]


def train_task(task: Task, threads: int = 1, watch: Callable[[Epoch], None] = lambda _: None) -> Trained:
    """Train a pipeline and return the model of its best epoch by the first metric on the dev data, else of its last.

    Args:
        task: what to train and on what.
        threads: the weights are the same for any number.
        watch: is told of each epoch.

    Raises:
        ConfigError: stages that do not fit.
        RecordError: a record that cannot be learned from.
        TrainingError: the loss is not finite any more.
    """
    learned = fit(task.stages, task.reader.spec, task.train.batches)
    pipeline = assemble(task.stages, task.reader.spec, learned, Fresh(task.settings.seed), task.places)
    optimization = _Optimization(task, pipeline)
    best: tuple[float, dict[str, Array]] | None = None
    epochs: list[Epoch] = []
    with ThreadPoolExecutor(threads) as pool:
        for number in range(1, task.settings.epochs + 1):
            begin = time.perf_counter()
            loss = optimization.epoch(number, pool)
            seconds = time.perf_counter() - begin
            weights = optimization.weights()
            figures = evaluation(_with_weights(pipeline, weights), task.dev, threads) if task.dev else {}
            merit = _merit(pipeline, figures, number)
            is_best = best is None or merit > best[0]
            if is_best:
                best = merit, {name: array.copy() for name, array in weights.items()}
            epochs.append(Epoch(number, loss, figures, is_best, seconds, len(task.train.records)))
            watch(epochs[-1])
    assert best is not None
    return Trained(_model(task, pipeline, best[1], epochs), tuple(epochs))


def evaluation(pipeline: Pipeline, examples: Examples, threads: int = 1) -> dict[str, Figure]:
    """Return the figures of a trained pipeline on records with targets."""
    outcomes: list[tuple[Any, Outcome]] = []
    for done in process(for_evaluation(pipeline), examples.batches(), threads):
        outcomes += zip(done.records, done.outcomes, strict=True)
    return evaluate(pipeline.head.metrics, outcomes)


class _Optimization:
    """Weights on their way."""

    def __init__(self, task: Task, pipeline: Pipeline) -> None:
        self.task = task
        self.pipeline = pipeline
        self.optimizer = task.settings.optimizer.make()
        self.average = WeightAverage(task.settings.average) if task.settings.average else None
        self.steps = 0
        self.all_steps = task.settings.epochs * -(-len(task.train.records) // task.settings.batch_size)

    def epoch(self, number: int, pool: Executor) -> float:
        """Learn from all examples once; return the mean loss."""
        settings = self.task.settings
        examples = self.task.train.epoch(number, settings.batch_size, settings.seed, self.task.augmentations)
        loss = weight = 0.0
        for records in examples:
            training = Training(
                settings.dropout.input, settings.dropout.between, key=settings.seed * 1_000_003 + number
            )
            found = gradients(self.pipeline, records, training, pool)
            norm = clip_by_global_norm(found.by_name, settings.clip)
            if not np.isfinite(norm):
                raise TrainingError(
                    f"the gradient is not finite in epoch {number}, in the batch with {records[0].location}",
                    "lower the learning rate",
                )
            rate = settings.optimizer.chosen().lr * settings.schedule.factor(self.steps, self.all_steps)
            self.optimizer.step(self.pipeline.parameters, found.by_name, rate)
            self.steps += 1
            if self.average:
                self.average.update(self.pipeline.parameters)
            loss, weight = loss + found.loss, weight + found.weight
        return loss / weight if weight else 0.0

    def weights(self) -> Mapping[str, Array]:
        """What is to be kept: the average of the weights, or the weights."""
        return self.average.parameters() if self.average else self.pipeline.parameters


def _merit(pipeline: Pipeline, figures: Mapping[str, Figure], number: int) -> float:
    """Return what the best epoch has most of: the first metric, or the number of the epoch."""
    if not figures:
        return float(number)
    first = pipeline.head.metrics[0]
    value = figures[first.name].value
    return value if first.higher_is_better else -value


def _with_weights(pipeline: Pipeline, weights: Mapping[str, Array]) -> Pipeline:
    return assemble(pipeline.stages, pipeline.source, pipeline.learned, Given(weights, "in training"))


def for_evaluation(pipeline: Pipeline) -> Pipeline:
    """Return the pipeline with decoders in the form whose outputs the metrics look at."""
    stages = tuple(stage.for_evaluation() if isinstance(stage, Decoder) else stage for stage in pipeline.stages)
    if stages == pipeline.stages:
        return pipeline
    supply = Given(pipeline.parameters, "in training")
    return assemble(stages, pipeline.source, pipeline.learned, supply)


def _model(task: Task, pipeline: Pipeline, weights: Mapping[str, Array], epochs: list[Epoch]) -> Model:
    best = max((epoch for epoch in epochs if epoch.best), key=lambda epoch: epoch.number)
    facts = {
        "data_reader": task.reader.declaration(),
        "license": task.settings.license,
        "epoch": best.number,
        "figures": {name: figure.value for name, figure in best.figures.items()},
    }
    declared = tuple(stage.declaration() for stage in task.stages)
    return Model(task.name, declared, pipeline.learned, weights, facts)
