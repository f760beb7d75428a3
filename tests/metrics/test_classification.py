"""Metrics of labels, against figures worked out by hand from the definitions."""

import math

import pytest

from seqpipe.data import Record
from seqpipe.metrics import accuracy, macro_f1, mcc, sensitivity, specificity, values


def pairs(*found: tuple[object, str]) -> list:
    return [(Record(str(index), "", target=gold), [{"label": one}]) for index, (gold, one) in enumerate(found)]


TABLE = pairs(*[("a", "a")] * 3, ("a", "b"), *[("b", "b")] * 2, ("b", "c"), ("c", "c"), ("c", "a"))


def test_accuracy_and_macro_f1():
    found = values([accuracy("label"), macro_f1("label", ["a", "b", "c"])], TABLE)
    assert found["accuracy"] == pytest.approx(6 / 9)
    assert found["f1"] == pytest.approx((6 / 8 + 4 / 6 + 2 / 4) / 3)


def test_labels_that_neither_occur_nor_are_given_do_not_count():
    assert values([macro_f1("label", ["a", "b", "c", "d"])], TABLE) == values([macro_f1("label", list("abc"))], TABLE)


def test_true_labels_that_the_pipeline_does_not_know_count_as_wrong():
    found = values([accuracy("label"), macro_f1("label", ["a"])], pairs(("a", "a"), ("z", "a")))
    assert found == {"accuracy": 0.5, "f1": pytest.approx((2 / 3 + 0) / 2)}


def test_no_answer_is_wrong_whatever_the_label_is_called():
    record = Record("1", "", target="None")
    assert values([accuracy("label")], [(record, []), (record, [{"label": None}])]) == {"accuracy": 0}


def test_mcc_of_two_labels_is_the_formula_of_matthews():
    true, false = ("yes", "no"), ("no", "yes")
    found = pairs(*[("yes", "yes")] * 6, *[true] * 2, *[false] * 1, *[("no", "no")] * 3)
    expected = (6 * 3 - 1 * 2) / math.sqrt((6 + 1) * (6 + 2) * (3 + 1) * (3 + 2))
    assert values([mcc("label", ["no", "yes"])], found)["mcc"] == pytest.approx(expected)


def test_mcc_without_variety_is_zero():
    assert values([mcc("label", ["a", "b"])], pairs(("a", "a"), ("b", "a")))["mcc"] == 0


def test_mcc_of_all_right_is_one():
    assert values([mcc("label", list("abc"))], pairs(("a", "a"), ("b", "b"), ("c", "c")))["mcc"] == pytest.approx(1)


def test_what_is_sought_and_what_is_not():
    found = pairs(("site", "site"), ("site", "none"), ("none", "none"), ("none", "none"), ("none", "site"))
    assert values([sensitivity("label", "site"), specificity("label", "site")], found) == {
        "sensitivity": pytest.approx(1 / 2),
        "specificity": pytest.approx(2 / 3),
    }


def test_positions_that_are_not_labelled_are_left_out():
    record = Record("1", "", target=["a", None, "b"])
    assert values([accuracy("labels")], [(record, [{"labels": ["a", "x", "a"]}])])["accuracy"] == 0.5


def test_what_is_no_label_is_not_right_where_no_label_is_given():
    result = (Record("a", "", target="zebra"), [{"label": "giraffe"}])
    assert values([macro_f1("label", ["x", "y"])], [result]) == {"f1": 0.0}
