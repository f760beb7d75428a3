"""The learning rate over the steps, and which epoch is best."""

import math

import pytest

from seqpipe.contracts import Metric
from seqpipe.training.loop.progress import TrainingProgress
from seqpipe.training.loop.schedule import best, factor, waited
from seqpipe.training.section.settings import PlateauSettings, ScheduleSettings


def test_without_a_schedule_the_rate_stays():
    assert {factor(ScheduleSettings(), step, 10) for step in range(20)} == {1.0}


def test_warm_up_and_cosine():
    settings = ScheduleSettings(warmup=4, cosine=True)
    assert [factor(settings, step, 12) for step in range(4)] == [0.25, 0.5, 0.75, 1.0]
    assert factor(settings, 4, 12) == 1.0
    assert factor(settings, 8, 12) == pytest.approx(0.5)
    assert factor(settings, 12, 12) == pytest.approx(0.0)
    assert factor(settings, 15, 12) == pytest.approx(0.0)


def test_plateau():
    settings = ScheduleSettings(plateau=PlateauSettings(patience=1, factor=0.5))
    merits = [0.1, 0.2, 0.2, 0.1, 0.15, 0.1, 0.3, 0.1]
    factors = [factor(settings, 0, 0, merits[:epochs]) for epochs in range(len(merits) + 1)]
    assert factors == [1, 1, 1, 1, 0.5, 0.5, 0.25, 0.25, 0.25]


def test_the_first_of_the_best_epochs_is_best():
    assert best([0.1, 0.3, 0.3, 0.2]) == 1
    assert best([math.nan, 0.1]) == 1
    assert best([math.nan, math.nan]) == 0
    assert waited([0.1, 0.3, 0.3, 0.2]) == 2
    assert waited([]) == 0


def test_the_best_epoch_has_least_of_what_should_be_low():
    error = Metric("error", lambda *_: (0, 1), lambda _: 0.0, higher_is_better=False)
    progress = TrainingProgress()
    for value in (3.0, 1.0, 2.0):
        progress.close_epoch({"error": value})
    assert progress.merits(error) == [-3, -1, -2]
    assert best(progress.merits(error)) == 1
    assert progress.merits(None) == [1, 2, 3]
