"""Many trainings of a pipeline with other values, and the best of them."""

from __future__ import annotations

import json
import logging
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from seqpipe.contracts import Metric
from seqpipe.errors import ConfigError, Errors, TrainingError, did_you_mean
from seqpipe.notice import NOTICE
from seqpipe.pipeline.opened_pipeline import OpenedPipeline, open_pipeline
from seqpipe.registry import Registry
from seqpipe.training.experiment.search.search_folder import SearchFolder, asked_for
from seqpipe.training.experiment.search.space import Space, setting
from seqpipe.training.experiment.search.study import FAILED, FINISHED, PRUNED, OpenTrial, Study, Trial, imported_optuna
from seqpipe.training.loop.progress import Epoch
from seqpipe.training.loop.trainer import Interrupted
from seqpipe.training.loop.watcher import Watcher
from seqpipe.training.section.train_section import train_settings
from seqpipe.training.session.train import TrainingOptions, run_training

log = logging.getLogger("seqpipe")

DEFAULT_TRIALS = 20

TRIALS = "trials"
"""The folder in that of a search in which the trainings are."""


@dataclass(frozen=True, slots=True)
class SearchOptions:
    """How a search goes.

    Attributes:
        trials: that there are at its end, those of a search that is resumed included; None: minutes end it.
        minutes: after which no further trial begins.
        output: the folder to make.
        resume: the folder of a search to resume.
        threads: to compute on.
        interrupted: says whether to stop after the current step.
    """

    trials: int | None = DEFAULT_TRIALS
    minutes: float | None = None
    output: Path | None = None
    resume: Path | None = None
    threads: int = 1
    interrupted: Callable[[], bool] = lambda: False


def search(
    name: str, space: Space, settings: Sequence[str], options: SearchOptions, tried: Callable[[Trial, str], None]
) -> SearchFolder:
    """Try values of a pipeline until the trials or the minutes are over, and write what was found.

    Args:
        name: of the pipeline.
        space: what may be changed.
        settings: what is changed in each trial, as for ``--set``.
        options: how long, and where.
        tried: is told of each trial that is over, and the name of the metric.

    Raises:
        SeqpipeError: the pipeline, the space or the folder is wrong, or the first trial fails.
        Interrupted: it was asked to stop; what is over is written.
    """
    registry = Registry.discover()
    opened = open_pipeline(name, registry, settings, with_model=False)
    metric = _metric(opened)
    _check(name, space, settings, registry)
    imported_optuna()
    asked = asked_for(opened, space)
    folder = SearchFolder.of(f"{opened.declared.name}-search", options.output, options.resume, asked)
    seed = train_settings(opened.declared).seed
    study = Study(folder.journal, space, higher_is_better=metric.higher_is_better, seed=seed)
    begin = time.monotonic()
    try:
        while not _is_over(study, options, time.monotonic() - begin):
            _try(study, name, settings, metric, folder, options)
            tried(study.over()[-1], metric.name)
    finally:
        folder.write(study, metric.name, name, settings, registry)
    return folder


def _is_over(study: Study, options: SearchOptions, seconds: float) -> bool:
    if options.minutes is not None:
        return seconds >= 60 * options.minutes
    return len(study.over()) >= (options.trials or DEFAULT_TRIALS)


def _metric(opened: OpenedPipeline) -> Metric:
    """Return what trials are compared by: what decides which epoch of a training is best."""
    settings, document = train_settings(opened.declared), opened.declared.document
    if not settings.data.dev and not settings.data.held_out:
        where = document.where(("train", "data"))
        raise ConfigError("nothing says which trial is better", "name `dev` data, or set `held_out`", where)
    metrics = {metric.name: metric for metric in opened.untrained().metrics}
    name = settings.stop.metric or next(iter(metrics), "")
    if name not in metrics:
        where = document.where(("train", "stop", "metric"))
        raise ConfigError(f"there is no metric {name!r} on the dev data", did_you_mean(name, metrics), where)
    return metrics[name]


def _check(name: str, space: Space, settings: Sequence[str], registry: Registry) -> None:
    """Check that the pipeline has all that the space changes, before anything is written."""
    some = [setting(path, dimension.first) for path, dimension in space.items()]
    train_settings(open_pipeline(name, registry, [*settings, *some], with_model=False).declared)


def _try(
    study: Study, name: str, settings: Sequence[str], metric: Metric, folder: SearchFolder, options: SearchOptions
) -> None:
    """Make the next trial."""
    trial = study.ask()
    place = f"{TRIALS}/{trial.folder}"
    judge, path = _Judge(trial, metric), folder.path / place
    training = TrainingOptions(threads=options.threads, interrupted=lambda: judge.ended or options.interrupted())
    try:
        registry = Registry.discover()
        changes = [*settings, *(setting(key, value) for key, value in trial.values.items())]
        opened = open_pipeline(name, registry, changes, with_model=False)
        run_training(opened, registry, folder.training(place, training), judge)
    except Interrupted:
        if not judge.ended:
            raise
        study.tell(trial, PRUNED, _best(path, metric))
    except (ConfigError, Errors, TrainingError) as error:
        if not isinstance(error, TrainingError) and not study.over():
            raise  # most likely all others would end in the same way
        log.log(NOTICE, "%s failed: %s", trial.folder, error)
        study.tell(trial, FAILED, None)
    else:
        study.tell(trial, FINISHED, _best(path, metric))


class _Judge(Watcher):
    """Ends a training whose metric is worse than that of most others after as many epochs."""

    def __init__(self, trial: OpenTrial, metric: Metric) -> None:
        self.trial = trial
        self.metric = metric
        self.ended = False

    def epoch_finished(self, epoch: Epoch, *, best: bool) -> None:
        value = epoch.figures.get(self.metric.name, math.nan)
        self.ended = math.isfinite(value) and self.trial.is_worse(epoch.number, value)


def _best(path: Path, metric: Metric) -> float | None:
    """Return the best value of the metric over the epochs of a training."""
    lines = (path / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
    values = [value for line in lines if (value := json.loads(line).get(metric.name)) is not None]
    return (max if metric.higher_is_better else min)(values, default=None)
