import numpy as np
import pytest

import seqpipe
from seqpipe_text.stars import STARS, Stars

SPEC = seqpipe.Spec("logits", "float32", 5, pooled=True)


def rated(logits, records, **columns):
    step = Stars().build(seqpipe.Incoming(SPEC))
    values = np.array(logits, np.float32)
    batch = seqpipe.Batch(tuple(records), seqpipe.Ragged(values, np.arange(len(values) + 1)), columns)
    return step(batch)[0].outputs


def test_the_likeliest_number_of_stars_wins():
    records = [seqpipe.Record("1", "a"), seqpipe.Record("2", "b")]
    (first,), (second,) = rated([[0, 0, 0, 0, 3], [2, 1, 0, 0, 0]], records)
    assert (first["stars"], second["stars"]) == (5, 1)
    assert first["probabilities"]["5"] == pytest.approx(np.exp(3) / (np.exp(3) + 4), abs=1e-6)
    assert tuple(first["probabilities"]) == STARS


def test_where_no_word_is_known_there_is_no_rating():
    records = [seqpipe.Record(name, "") for name in "abc"]
    known = seqpipe.Ragged.of([[True, False, True], [False], []], np.bool_)
    (first,), (second,), (third,) = rated([[0, 0, 0, 0, 3]] * 3, records, known=known)
    assert (first["stars"], first["known"]) == (5, 2)
    assert second == third == {"stars": None, "probabilities": None, "known": 0}


def test_no_rating_counts_as_wrong():
    nothing = {"stars": None, "probabilities": None, "known": 0}
    metrics = Stars().objective(seqpipe.Incoming(seqpipe.Spec("one_hot"))).metrics
    counts = [list(metric.count(seqpipe.Record("r", "", target="4"), (nothing,))) for metric in metrics]
    assert counts == [[0, 1], [0, 1], [4, 1]]


def test_metrics_are_those_of_the_field():
    outcomes = [
        (5, {"stars": 4, "probabilities": {"1": 0.1, "2": 0.1, "3": 0.0, "4": 0.5, "5": 0.3}}),
        (1, {"stars": 4, "probabilities": {"1": 0.1, "2": 0.1, "3": 0.0, "4": 0.5, "5": 0.3}}),
        (3, {"stars": 3, "probabilities": {"1": 0.1, "2": 0.1, "3": 0.6, "4": 0.1, "5": 0.1}}),
        (2, {"stars": 3, "probabilities": {"1": 0.2, "2": 0.2, "3": 0.5, "4": 0.1, "5": 0.0}}),
    ]
    sums = {}
    for metric in Stars().objective(seqpipe.Incoming(seqpipe.Spec("one_hot"))).metrics:
        counts = [metric.count(seqpipe.Record("r", "", target=str(gold)), (found,)) for gold, found in outcomes]
        sums[metric.name] = metric.value(np.sum(counts, axis=0))
    assert sums == {"accuracy": 1 / 4, "accuracy_binary": 2 / 3, "mae": (1 + 3 + 0 + 1) / 4}


def test_a_number_of_stars_that_there_is_not_is_refused():
    objective = Stars().objective(seqpipe.Incoming(seqpipe.Spec("one_hot")))
    batch = seqpipe.Batch((seqpipe.Record("train.tsv:7", "a", "train.tsv", 7, target="6"),))
    with pytest.raises(seqpipe.RecordError, match=r"^train.tsv:7: the label '6' does not occur"):
        objective.targets(batch)


@pytest.mark.parametrize("target", ["", "six", "0", None, 2.5])
def test_metrics_refuse_what_is_no_number_of_stars(target):
    found = {"stars": 4, "probabilities": dict.fromkeys(STARS, 0.2)}
    _, binary, error = Stars().objective(seqpipe.Incoming(seqpipe.Spec("one_hot"))).metrics
    for metric in (binary, error):
        with pytest.raises(seqpipe.RecordError) as caught:
            metric.count(seqpipe.Record("a:7", "", "a", 7, target=target), (found,))
        assert str(caught.value) == (
            f"a:7: the target is {target!r}, where 1 to 5 stars are needed "
            "(correct it, or name the column that holds them: `target: ...`)"
        )


def test_stars_need_one_vector_a_record():
    with pytest.raises(seqpipe.ConfigError, match="one vector a record"):
        Stars().build(seqpipe.Incoming(SPEC.replace(pooled=False)))
