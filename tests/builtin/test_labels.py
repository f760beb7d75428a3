"""One label for a record of several rows."""

import numpy as np
import pytest

from seqpipe.builtin.decoders.labels import Labels
from seqpipe.contracts import Incoming
from seqpipe.data import Batch, Ragged, Record, Spec

LOGITS = np.array([[2.0, 0.0], [-1.0, 3.0], [0.0, 0.5], [1.0, 4.0]], np.float32)
LABELS = Labels(labels=("no", "yes"))


def results(decoder, rows):
    records = tuple(Record(str(number), "") for number in range(3))
    sequence = Ragged(LOGITS[: len(rows)], np.arange(len(rows) + 1))
    step = decoder.build(Incoming(Spec("logits", "float32", 2, pooled=True)))
    batch, _ = step(Batch(records, sequence, rows=np.array(rows, np.int64)))
    return [[(result["label"], result["probabilities"]["yes"]) for result in record] for record in batch.outputs]


def chance(logits):
    return np.exp(logits[1]) / np.exp(logits).sum()


def test_each_row_has_a_result():
    assert [[label for label, _ in record] for record in results(LABELS, [0, 0, 2])] == [["no", "yes"], [], ["yes"]]


def test_the_rows_of_a_record_are_averaged():
    first, none, last = results(LABELS.model_copy(update={"average": True}), [0, 0, 2, 2])
    assert none == []
    assert [label for label, _ in (*first, *last)] == ["yes", "yes"]
    assert first[0][1] == pytest.approx(chance(LOGITS[:2].mean(axis=0)), rel=1e-6)
    assert last[0][1] == pytest.approx(chance(LOGITS[2:].mean(axis=0)), rel=1e-6)


def test_no_rows_give_no_results():
    assert results(LABELS.model_copy(update={"average": True}), []) == [[], [], []]


def test_pieces_cannot_be_averaged():
    incoming = Incoming(Spec("logits", "float32", 2, pooled=True))
    assert LABELS.build(incoming).spec.streamable
    assert not LABELS.model_copy(update={"average": True}).build(incoming).spec.streamable
