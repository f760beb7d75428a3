"""Figures with bounds, and values without."""

import math

import numpy as np
import pytest

from seqpipe.contracts import Metric
from seqpipe.data import Record
from seqpipe.metrics import accuracy, figures, macro_f1, values
from seqpipe.metrics.evaluation import LONGEST, MetricCounts


def results(right: int, wrong: int) -> list:
    marks = [1] * right + [0] * wrong
    return [(Record(str(index), "", target="1"), [{"label": str(mark)}]) for index, mark in enumerate(marks)]


def test_bounds_are_those_of_a_proportion():
    (figure,) = figures([accuracy("label")], results(80, 20)).values()
    spread = 1.96 * math.sqrt(0.8 * 0.2 / 100)
    assert figure.value == 0.8
    assert figure.low == pytest.approx(0.8 - spread, abs=0.02)
    assert figure.high == pytest.approx(0.8 + spread, abs=0.02)


def test_the_same_records_give_the_same_bounds():
    assert figures([accuracy("label")], results(7, 3)) == figures([accuracy("label")], results(7, 3))


def test_values_are_those_of_the_figures():
    found = values([accuracy("label")], results(7, 3))
    assert found == {"accuracy": figures([accuracy("label")], results(7, 3))["accuracy"].value}


def test_without_records_there_is_nothing():
    assert values([accuracy("label")], []) == {}
    assert figures([accuracy("label")], []) == {}


def test_what_cannot_be_known_is_not_a_number():
    unlabelled = [(Record("1", "", target=[None]), [{"label": ["a"]}])]
    assert np.isnan(values([accuracy("label")], unlabelled)["accuracy"])
    assert np.isnan(figures([accuracy("label")], unlabelled)["accuracy"].low)


def test_rows_that_are_kept_once_give_what_all_rows_give():
    found = [(Record(str(index), "", target="abc"[index % 3]), [{"label": "abc"[index % 2]}]) for index in range(50)]
    metric = macro_f1("label", "abc")
    longer = Metric(
        "f1", lambda *of: [*metric.count(*of), *[0.0] * LONGEST], lambda sums: metric.value(sums[:-LONGEST])
    )
    assert figures([longer], found) == figures([metric], found)
    assert values([longer], found) == values([metric], found)


def test_long_rows_take_the_place_of_one_each():
    metric = macro_f1("label", [f"label {index}" for index in range(100)])
    counts = MetricCounts([metric])
    for number in range(5000):
        counts.add(Record(str(number), "", target=f"label {number % 5}"), [{"label": "label 1"}])
    ((_, rows),) = counts._rows
    assert len(rows) == 5000
    assert len(rows._numbers) == 5 * 101**2
