"""What heads make of targets, and which of them are sums over positions."""

import numpy as np
import pytest

from seqpipe.builtin.objectives import (
    BernoulliObjective,
    ClassificationObjective,
    CrfObjective,
    CtcObjective,
    NextTokenObjective,
)
from seqpipe.data import Batch, OneHot, Ragged, Record
from seqpipe.errors import RecordError


def batch(*targets: object, lengths: tuple[int, ...] = (2, 3)) -> Batch:
    records = tuple(Record(str(index), "", "data", index, target=one) for index, one in enumerate(targets, 1))
    return Batch(records, Ragged.of([np.zeros((length, 2), np.float32) for length in lengths]))


def test_one_label_a_record():
    found = ClassificationObjective(("a", "b"), pooled=True).targets(batch("b", "a"))
    assert found.columns["target"].array.tolist() == [1, 0]


@pytest.mark.parametrize("objective", [ClassificationObjective(("a", "b"), pooled=False), CrfObjective(("a", "b"))])
def test_a_label_for_each_position(objective):
    found = objective.targets(batch("ab", ["b", None, "a"]))
    assert found.columns["target"].array.tolist() == [0, 1, 1, -1, 0]
    with pytest.raises(RecordError, match="2 labels for a sequence of 3"):
        objective.targets(batch("ab", "ab"))


def test_only_labelled_positions_have_weight():
    objective = ClassificationObjective(("a", "b"), pooled=False)
    assert objective.weights(objective.targets(batch("ab", ["b", None, "a"]))).tolist() == [2, 2]


def test_symbols_are_counted_from_one():
    objective = CtcObjective(("a", "b"))
    found = objective.targets(batch("ba", ""))
    assert [row.tolist() for row in found.columns["target"]] == [[2, 1], []]
    assert objective.weights(found).tolist() == [2, 1]


def test_more_symbols_than_frames_have_an_infinite_loss_and_no_gradient():
    objective = CtcObjective(("a", "b"))
    prepared = objective.targets(batch("abab", "a"))
    logits = Ragged(np.zeros((5, 3), np.float32), prepared.sequence.offsets)
    losses, gradient, _ = objective.loss(prepared.replace(sequence=logits), {})
    assert np.isinf(losses).tolist() == [True, False]
    assert not gradient[:2].any()
    assert gradient[2:].any()


def test_frames_and_tokens_are_their_own_targets():
    frames = Ragged.of([np.array([[0.0, 0.5], [1.0, 0.0]], np.float32)])
    found = BernoulliObjective(2).targets(Batch((Record("1", ""),), frames))
    assert found.columns["target"].array.tolist() == [[0, 1], [1, 0]]
    ids = Ragged.of([[3, 1]], np.int32)
    assert NextTokenObjective(4).targets(Batch((Record("1", ""),), OneHot(ids, 4))).columns["target"] is ids


@pytest.mark.parametrize("objective", [ClassificationObjective(("a", "b"), pooled=True), CtcObjective(("a", "b"))])
def test_missing_and_unknown_targets(objective):
    with pytest.raises(RecordError, match="data:2: the record has no target"):
        objective.targets(batch("a", None))
    with pytest.raises(RecordError, match="data:1: the label 'c' does not occur in the training data"):
        objective.targets(batch("c", "a"))


def test_which_losses_are_sums_over_positions():
    assert {
        type(objective).__name__ for objective in (BernoulliObjective(2), NextTokenObjective(2)) if objective.separable
    } == {
        "BernoulliObjective",
        "NextTokenObjective",
    }
    assert ClassificationObjective(("a",), pooled=False).separable
    assert not any(
        objective.separable
        for objective in (ClassificationObjective(("a",), pooled=True), CrfObjective(("a",)), CtcObjective(("a",)))
    )
