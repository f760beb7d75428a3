"""What a report counts, against figures worked out by hand."""

from __future__ import annotations

import gc
import weakref
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from seqpipe.data import Record
from seqpipe.metrics import (
    LabelComparison,
    LabelSetComparison,
    SpanComparison,
    TextComparison,
    ValueComparison,
    accuracy,
    error_rate,
)
from seqpipe.training.evaluation.outcomes import Measured, Stopwatch
from seqpipe.training.evaluation.report import text_edits, value_errors
from seqpipe.training.evaluation.report.calibration import Calibration
from seqpipe.training.evaluation.report.class_scores import ClassScores
from seqpipe.training.evaluation.report.confusion import WIDEST, Confusion
from seqpipe.training.evaluation.report.contents import sections_of
from seqpipe.training.evaluation.report.label_names import MOST, NOTHING, OTHERS
from seqpipe.training.evaluation.report.length_curve import LengthCurve
from seqpipe.training.evaluation.report.section import Picture, Section, Shaded, Table
from seqpipe.training.evaluation.report.speed import Speed
from seqpipe.training.evaluation.report.text_edits import TextEdits
from seqpipe.training.evaluation.report.value_errors import ValueErrors
from seqpipe.training.evaluation.report.worst import WorstRecords

LABELS = LabelComparison("label", ("a", "b", "c"))


def measured(target: object, *results: dict[str, Any], payload: str = "xy") -> Measured:
    return Measured(Record("1", payload, target=target), list(results), len(payload))


def filled(section: Section, *records: Measured) -> Section:
    for record in records:
        section.add(record)
    return section


def labelled(pairs: str) -> list[Measured]:
    return [measured(true, {"label": given}) for true, given in pairs.split()]


def tables(section: Section) -> list[Table]:
    return [block for block in section.blocks() if isinstance(block, Table)]


PAIRS = labelled("aa aa aa ab bb bb bc cc ca za")


def test_precision_recall_and_f1_of_each_label():
    found = filled(ClassScores(LABELS), *PAIRS).plain()
    assert list(found) == ["a", "b", "c", "z"]
    assert found["a"] == {"precision": 3 / 5, "recall": 3 / 4, "f1": 6 / 9, "true": 4, "given": 5, "right": 3}
    assert found["z"] == {"precision": None, "recall": 0, "f1": 0, "true": 1, "given": 0, "right": 0}
    (table,) = tables(filled(ClassScores(LABELS), *PAIRS))
    assert table.rows[0] == ("a", "60.0%", "75.0%", "66.7%", "4", "5", "3")


def test_of_sets_each_label_is_a_pair_of_its_own():
    sets = LabelSetComparison(("a", "b"), lambda record, of: (frozenset(record.target), frozenset(of[0]["label"])))
    found = filled(ClassScores(sets), measured("ab", {"label": "b"}), measured("", {"label": "a"})).plain()
    assert found["a"] == {"precision": 0, "recall": 0, "f1": 0, "true": 1, "given": 1, "right": 0}
    assert found["b"]["f1"] == 1


def test_the_confusion_matrix():
    found = filled(Confusion(LABELS), *PAIRS).plain()
    assert found["labels"] == ["a", "b", "c", "z"]
    assert found["counts"] == [[3, 1, 0, 0], [0, 2, 1, 0], [1, 0, 1, 0], [1, 0, 0, 0]]
    assert found["frequent"][0] == {"true": "a", "given": "b", "count": 1}
    (table,) = tables(filled(Confusion(LABELS), *PAIRS))
    assert table.rows[0] == (
        "a",
        Shaded("3", 0.75),
        Shaded("1", 0.25, right=False),
        *[Shaded("", 0.0, right=False)] * 2,
    )


def test_of_many_labels_the_most_frequent_are_in_the_matrix_and_confusions_are_listed():
    labels = tuple(f"l{number}" for number in range(40))
    pairs = [measured(label, {"label": label}) for label in labels for _ in range(int(label[1:]) + 1)]
    section = filled(Confusion(LabelComparison("label", labels)), *pairs, measured("l39", {"label": "l38"}))
    matrix, frequent = tables(section)
    assert len(matrix.rows) == WIDEST
    assert matrix.caption.endswith(f"the {WIDEST} most frequent of 40 labels")
    assert frequent.rows == [("l39", "l38", "1")]
    assert len(section.plain()["labels"]) == 40


def test_spans_are_paired_where_they_overlap():
    true = {("PER", 0, 3), ("LOC", 5, 9), ("ORG", 20, 25), ("PER", 30, 33)}
    given = {("PER", 0, 3), ("ORG", 5, 9), ("ORG", 21, 25), ("LOC", 40, 44)}
    comparison = SpanComparison(("LOC", "ORG", "PER"), lambda *_: (true, given))
    found = filled(Confusion(comparison), measured(None)).plain()
    assert found["labels"] == ["LOC", "ORG", "PER", NOTHING]
    assert found["counts"] == [[0, 1, 0, 0], [0, 1, 0, 0], [0, 0, 1, 1], [1, 0, 0, 0]]
    assert found["other_borders"] == 1
    assert filled(ClassScores(comparison), measured(None)).plain()["PER"]["recall"] == 0.5


def test_a_span_of_the_same_type_comes_before_another_that_overlaps():
    comparison = SpanComparison(("LOC", "ORG"), lambda *_: ({("LOC", 0, 9)}, {("ORG", 0, 4), ("LOC", 5, 9)}))
    assert filled(Confusion(comparison), measured(None)).plain()["counts"] == [[1, 0, 0], [0, 0, 0], [0, 1, 0]]


def test_records_without_an_answer():
    section = filled(Confusion(LABELS), measured("a", {"label": None}), measured("a"), measured("None"))
    assert section.plain()["labels"] == ["a", "None", NOTHING]
    assert section.plain()["counts"] == [[0, 0, 2], [0, 0, 1], [0, 0, 0]]
    assert filled(ClassScores(LABELS), measured("None")).plain()["None"]["right"] == 0


def test_labels_that_are_not_known_are_not_counted_without_end():
    records = [measured(f"unknown {number}", {"label": "a"}) for number in range(MOST + 5)]
    assert filled(ClassScores(LABELS), *records).plain()[OTHERS]["true"] == 5
    counted = filled(Confusion(LABELS), *records).plain()["frequent"]
    assert counted[0] == {"true": OTHERS, "given": "a", "count": 5}


def test_calibration_is_the_mean_distance_of_probability_and_truth():
    def sure(chance: float, *, right: bool) -> Measured:
        return measured("a" if right else "b", {"label": "a", "probabilities": {"a": chance, "b": 1 - chance}})

    records = [sure(0.95, right=True), sure(0.95, right=False), sure(0.75, right=True), sure(1.0, right=True)]
    section = filled(Calibration(LABELS), *records)
    found = section.plain()
    # the bin of 0.9 to 1 has three, 2.9 in all, of which two are right; that of 0.7 to 0.8 has one
    assert found["expected_calibration_error"] == pytest.approx((0.9 + 0.25) / 4)
    assert [of["count"] for of in found["bins"]] == [1, 3]
    assert any(isinstance(block, Picture) for block in section.blocks())


def test_calibration_of_sets_is_over_all_pairs():
    sets = LabelSetComparison(("a", "b"), lambda record, of: (frozenset(record.target), frozenset(of[0]["label"])))
    found = filled(Calibration(sets), measured("a", {"label": "a", "probabilities": {"a": 0.8, "b": 0.3}})).plain()
    assert found["expected_calibration_error"] == pytest.approx((0.2 + 0.3) / 2)


def test_without_probabilities_there_is_no_calibration():
    assert filled(Calibration(LABELS), *PAIRS, measured("a", {"label": None, "probabilities": None})).plain() is None


def test_lengths_are_in_bins_that_double():
    records = [measured("a", {"label": "ab"[length > 3]}, payload="x" * length) for length in (0, 1, 2, 3, 4, 7, 9)]
    found = filled(LengthCurve(accuracy("label")), *records).plain()
    assert found["unit"] == "characters"
    assert [(of["from"], of["to"], of["records"], of["value"]) for of in found["bins"]] == [
        (0, 0, 1, 1), (1, 1, 1, 1), (2, 3, 2, 1), (4, 7, 2, 0), (8, 15, 1, 0)
    ]  # fmt: skip


def test_records_of_one_length_or_of_none_say_nothing():
    assert filled(LengthCurve(accuracy("label")), measured("a", {"label": "a"})).plain() is None
    record = measured("a", {"label": "a"})._replace(length=None)
    assert filled(LengthCurve(accuracy("label")), record, record).plain() is None


VALUES = ValueComparison(("x",), lambda record, result: [(record.target, result["value"])], (1.0,))


def test_residuals():
    numbers = np.random.default_rng(1).normal(100, 3, (200, 2))
    section = filled(ValueErrors(VALUES), *(measured(true, {"value": given}) for true, given in numbers.tolist()))
    found = section.plain()["x"]
    residuals = numbers[:, 1] - numbers[:, 0]
    assert found["mean_residual"] == pytest.approx(residuals.mean())
    assert found["deviation"] == pytest.approx(residuals.std())
    assert found["quantiles"]["0.5"] == pytest.approx(np.median(residuals))
    assert len(found["sample"]) == found["records"] == 200
    assert sum(isinstance(block, Picture) for block in section.blocks()) == 2


def test_pictures_are_of_a_sample_that_is_drawn_evenly(monkeypatch):
    monkeypatch.setattr(value_errors, "SAMPLED", 400)
    section = filled(ValueErrors(VALUES), *(measured(float(number), {"value": 0.0}) for number in range(4000)))
    drawn = [of["true"] for of in section.plain()["x"]["sample"]]
    assert len(set(drawn)) == 400
    assert np.mean(drawn) == pytest.approx(2000, abs=200)
    assert next(iter(section.blocks())).text.startswith("400 of 4,000 records, drawn evenly,")


def test_words_that_were_misread():
    section = filled(
        TextEdits(TextComparison()),
        measured("call four five", {"text": "call for five"}),
        measured("call four", {"text": "all for"}),
        measured("five", {"text": ""}),
        measured("six", {"text": "six oh"}),
    )
    found = section.plain()
    assert (found["unit"], found["total"]) == ("words", 7)
    assert (found["substitution"], found["deletion"], found["insertion"]) == (3, 1, 1)
    assert found["frequent"][0] == {"kind": "substitution", "true": "four", "given": "for", "count": 2}
    assert tables(section)[0].rows[0] == ("four", "for", "2")


def test_characters_where_texts_are_single_words():
    found = filled(TextEdits(TextComparison()), measured("ACGT", {"text": "AGGT"})).plain()
    assert found["unit"] == "characters"
    assert found["frequent"] == [{"kind": "substitution", "true": "C", "given": "G", "count": 1}]


def test_rare_edits_are_forgotten_when_there_are_too_many(monkeypatch):
    monkeypatch.setattr(text_edits, "COUNTED", 10)
    records = [measured(f"a {number} b", {"text": "a x b"}) for number in (1, 1, *range(100, 130))]
    section = filled(TextEdits(TextComparison()), *records)
    found = section.plain()
    assert found["substitution"] == 32
    assert found["frequent"][0]["count"] == 2
    assert "too many different ones" in next(iter(section.blocks())).text


def test_very_long_texts_are_not_aligned(monkeypatch):
    monkeypatch.setattr(text_edits, "LONGEST", 3)
    section = filled(TextEdits(TextComparison()), measured("a b c d", {"text": "a"}), measured("a b", {"text": "a b"}))
    assert section.plain()["not_aligned"] == 1
    assert "1 texts of more than 3 words are not counted" in next(iter(section.blocks())).text


def test_speed_counts_what_is_read():
    section = filled(Speed(SimpleNamespace(seconds=2.0)), *PAIRS)
    assert section.plain() == {
        "seconds": 2.0, "records": 10, "characters": 20, "records_per_second": 5.0, "characters_per_second": 10.0
    }  # fmt: skip


def test_what_applies_is_there():
    def kinds(comparison, *metrics):
        return [section.key for section in sections_of(comparison, metrics, Stopwatch(iter(())))]

    metric = accuracy("label")
    assert kinds(LABELS, metric) == ["classes", "confusion", "calibration", "lengths", "speed"]
    assert kinds(LabelSetComparison((), lambda *_: (frozenset(), frozenset())), metric)[:2] == [
        "classes",
        "calibration",
    ]
    assert kinds(SpanComparison((), lambda *_: (set(), set())), metric)[:2] == ["classes", "confusion"]
    assert kinds(VALUES)[0] == "values"
    assert kinds(TextComparison(), metric) == ["edits", "lengths", "speed"]
    assert kinds(TextComparison(edits=False), metric) == kinds(None, metric) == ["lengths", "speed"]
    assert kinds(None) == ["speed"]


def test_the_worst_are_kept_in_order():
    def sure(number: int, chance: float, true: str) -> Measured:
        outcome = [{"label": "a", "probabilities": {"a": chance, "b": 1 - chance}}]
        return Measured(Record(str(number), "x", target=true), outcome, 1)

    records = [sure(1, 0.9, "a"), sure(2, 0.6, "b"), sure(3, 0.75, "b"), sure(4, 0.7, "b"), sure(5, 0.75, "b")]
    worst = WorstRecords(accuracy("label"), LABELS, 3)
    for record in records:
        worst.add(record)
    assert [wrong.record.id for wrong in worst.records] == ["3", "5", "4"]  # the surest first, then as they came
    assert worst.records[0].plain()["found"] == [{"label": "a", "probabilities": {"a": 0.75, "b": 0.25}}]


def test_metrics_for_which_lower_is_better_and_values_that_are_no_numbers():
    worst = WorstRecords(error_rate("text", list, "cer"), TextComparison(), 9)
    for true, given in [("abcd", "abxy"), ("abcd", "abcx"), ("", "x"), ("ab", "ab")]:
        worst.add(measured(true, {"text": given}))
    assert [wrong.value for wrong in worst.records] == [0.5, 0.25, None]  # what is right is not there


def test_without_a_metric_nothing_is_worst():
    worst = WorstRecords(None, LABELS, 3)
    worst.add(PAIRS[3])
    assert worst.records == []


class Text(str):
    """A payload that tells whether it is still there."""

    __slots__ = ("__weakref__",)


def test_records_are_not_kept():
    alive: weakref.WeakSet[Text] = weakref.WeakSet()
    sections = [*sections_of(LABELS, (accuracy("label"),), Stopwatch(iter(())))]
    worst = WorstRecords(accuracy("label"), LABELS, 5)
    for number in range(300):
        payload = Text(f"record {number}")
        alive.add(payload)
        found = measured("a", {"label": "b", "probabilities": {"a": 0.1, "b": 0.9}}, payload=payload)
        for each in (*sections, worst):
            each.add(found)
    del payload, found
    gc.collect()
    assert len(alive) == 5
