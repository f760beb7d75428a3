"""How wrong results are, which orders the worst records."""

import pytest

from seqpipe.data import Record
from seqpipe.metrics import LabelComparison, LabelSetComparison, SpanComparison, TextComparison, ValueComparison


def record(target: object, payload: str = "") -> Record:
    return Record("1", payload, target=target)


def test_a_wrong_label_is_the_worse_the_surer_it_was_given():
    comparison = LabelComparison("label", ("a", "b", "c"))
    found = [
        [{"label": "b", "probabilities": {"a": 0.4, "b": 0.6, "c": 0.0}}],
        [{"label": "b", "probabilities": {"a": 0.1, "b": 0.9, "c": 0.0}}],
        [{"label": "a", "probabilities": {"a": 0.6, "b": 0.4, "c": 0.0}}],
        [{"label": "b"}],
        [{"label": None, "probabilities": None}],
        [],
    ]
    assert [comparison.wrongness(record("a"), outcome) for outcome in found] == pytest.approx([1.2, 1.8, 0, 1, 1, 1])


def test_of_a_sequence_of_labels_those_that_are_wrong_are_counted():
    comparison = LabelComparison("labels", ("a", "b"))
    assert comparison.wrongness(record(["a", "b", None]), [{"labels": ["b", "a", "a"]}]) == 2


def test_labels_that_are_missing_count_by_how_unlikely_they_seemed():
    comparison = LabelSetComparison(("a", "b"), lambda _, outcome: (frozenset("a"), frozenset(outcome[0]["label"])))
    sure, unsure = ([{"label": "", "probabilities": {"a": chance, "b": 0.0}}] for chance in (0.1, 0.4))
    assert comparison.wrongness(record(["a"]), sure) > comparison.wrongness(record(["a"]), unsure) > 1
    assert comparison.wrongness(record(["a"]), [{"label": "a"}]) == 0


def test_errors_of_several_values_are_added_in_units_of_their_deviations():
    comparison = ValueComparison(("x", "y"), lambda _, result: [(1.0, result["x"]), (100.0, result["y"])], (1.0, 50.0))
    assert comparison.wrongness(record(None), [{"x": 2.0, "y": 150.0}]) == 2
    assert comparison.wrongness(record(None), []) == 0


def test_spans_and_texts():
    spans = SpanComparison(("PER",), lambda *_: ({("PER", 0, 3), ("LOC", 5, 9)}, {("PER", 0, 3), ("LOC", 5, 8)}))
    assert spans.wrongness(record(None), []) == 2
    texts = TextComparison()
    assert texts.wrongness(record("four"), [{"text": "five"}]) == 0.75
    assert texts.wrongness(record(["one", "two"]), [{"text": "one two"}]) == 0
    assert texts.texts(record("a"), []) == ("a", "")
