"""Labels: what counts as one and the same, and what is no label."""

from __future__ import annotations

import logging
import unicodedata

import pytest
from pydantic import ValidationError

from seqpipe.builtin.decoders.labels import Labels
from seqpipe.builtin.objectives import LabelLearner, label_ids
from seqpipe.builtin.objectives.labels import ids_of_labels
from seqpipe.data import Batch, Record
from seqpipe.data.label import label_of
from seqpipe.errors import ConfigError, RecordError
from seqpipe.metrics import accuracy

COMPOSED, DECOMPOSED = "caf\u00e9", unicodedata.normalize("NFD", "caf\u00e9")


def records(*targets: object) -> Batch:
    return Batch(tuple(Record(str(number), "text", target=target) for number, target in enumerate(targets)))


def learned(*targets: object, sequences: bool = False, least: int = 2) -> list[str]:
    learner = LabelLearner(sequences=sequences, least=least)
    learner.see(records(*targets))
    return learner.learned()["labels"]


def test_a_label_is_the_same_however_it_was_typed() -> None:
    assert COMPOSED != DECOMPOSED
    assert learned(DECOMPOSED, COMPOSED, f" {COMPOSED} ", "tea", "tea\t", 4) == ["4", COMPOSED, "tea"]
    record = Record("1", "text", target="")
    ids = ids_of_labels([DECOMPOSED, "tea "])
    assert label_ids(record, [COMPOSED, f"{DECOMPOSED} ", "tea", None], ids).tolist() == [0, 0, 1, -1]
    metric = accuracy("label")
    assert metric.count(Record("1", "", target=DECOMPOSED), [{"label": f"{COMPOSED}"}]) == (1, 1)


def test_symbols_of_a_text_keep_their_spaces() -> None:
    assert learned("a b", sequences=True) == [" ", "a", "b"]
    assert label_of("  ") == "  "


@pytest.mark.parametrize("target", ["", ["a", "", "b"]])
def test_an_empty_target_is_named(target: object) -> None:
    for call in (lambda: learned("a", target, sequences=isinstance(target, list)), lambda: label_ids_of(target)):
        with pytest.raises(RecordError, match=r"the target is empty \(give a label, or take the record out\)"):
            call()


def label_ids_of(target: object) -> object:
    labels = target if isinstance(target, list) else [target]
    return label_ids(Record("1", "text"), labels, ids_of_labels(["a", "b"]))


def test_one_label_is_nothing_to_learn() -> None:
    with pytest.raises(ConfigError, match=r"^all targets are 'merry' \(give data with at least 2 labels\)$"):
        learned("merry", "merry ")
    assert learned("aa", sequences=True, least=1) == ["a"]
    assert learned() == []


def test_labels_that_differ_in_case_are_told(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "seqpipe"):
        assert learned("merry", "Merry", "sad") == ["Merry", "merry", "sad"]
        learned("aA", sequences=True)
    assert [entry.message for entry in caplog.records] == [
        "the labels 'Merry' and 'merry' differ in case only; they are learned as two"
    ]


@pytest.mark.parametrize("labels", [["a", "b", "a"], ["a", "a "], [COMPOSED, DECOMPOSED]])
def test_labels_are_listed_once(labels: list[str]) -> None:
    with pytest.raises(ValidationError, match="is listed twice"):
        Labels(labels=labels)
