"""Entity F1, by the rules of the CoNLL script."""

import pytest

from seqpipe.data import Record
from seqpipe.metrics import entity_f1, entity_f1_per_type, segments, values

GOLD = ["B-PER", "I-PER", "O", "B-LOC", "O", "B-PER", "O"]
FOUND = ["B-PER", "I-PER", "O", "B-PER", "O", "O", "B-LOC"]


def test_segments():
    assert segments(GOLD) == {("PER", 0, 2), ("LOC", 3, 4), ("PER", 5, 6)}
    assert segments(["I-PER", "I-LOC", "B-LOC", "I-LOC"]) == {("PER", 0, 1), ("LOC", 1, 2), ("LOC", 2, 4)}
    assert segments([]) == set()


def test_f1_over_all_and_per_type():
    results = [(Record("1", "", target=GOLD), [{"labels": FOUND}])]
    metrics = (entity_f1(), *entity_f1_per_type(["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]))
    assert values(metrics, results) == {
        "f1": pytest.approx(2 * 1 / (3 + 3)),
        "f1_per_type.LOC": 0,
        "f1_per_type.PER": pytest.approx(2 * 1 / (2 + 2)),
    }
