"""Figures with bounds, and values without."""

import math

import numpy as np
import pytest

from seqpipe.data import Record
from seqpipe.metrics import accuracy, figures, values


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
