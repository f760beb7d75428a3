"""Random fields with rules of labels, and of sets that annotate some labels only, against all labellings."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqpipe.builtin.objectives import CrfObjective
from seqpipe.data import Batch, Ragged, Record
from seqpipe.network.crf import crf_viterbi
from tests.naive_losses import crf_score, log_sum

LABELS = ("O", "B-LOC", "I-LOC", "B-PER", "I-PER")
seeds = st.integers(0, 2**32 - 1)


def follows_bio(labels: tuple[str, ...]) -> bool:
    """Whether each I- continues an entity of its type, said without a look at how the objective does it."""
    before = "O"
    for label in labels:
        if label.startswith("I-") and before not in (label, "B-" + label[2:]):
            return False
        before = label
    return True


def drawn(seed: int, lengths: tuple[int, ...], scale: float = 2.0):
    random = np.random.default_rng(seed)
    width = len(LABELS)
    logits = Ragged.of([random.normal(0, scale, (length, width)) for length in lengths], np.float64, width)
    shapes = {"transitions": (width, width), "start": (width,), "stop": (width,)}
    return logits, {name: random.normal(0, 1, shape) for name, shape in shapes.items()}


def best(objective: CrfObjective, logits: Ragged, parameters) -> Ragged:
    return Ragged(crf_viterbi(logits.array, logits.offsets, *objective.scores(parameters))[0], logits.offsets)


def labellings(length: int, allowed=LABELS):
    for ids in product(range(len(LABELS)), repeat=length):
        names = tuple(LABELS[one] for one in ids)
        if follows_bio(names) and set(names) <= set(allowed):
            yield ids


def score(logits, ids, parameters) -> float:
    return crf_score(logits, ids, parameters["transitions"], parameters["start"], parameters["stop"])


@settings(max_examples=60, deadline=None)
@given(seeds, st.lists(st.integers(0, 4), min_size=1, max_size=3).map(tuple), st.sampled_from([0.1, 2.0, 50.0]))
def test_the_best_labelling_is_the_best_of_all_that_keep_the_rules(seed, lengths, scale):
    logits, parameters = drawn(seed, lengths, scale)
    found = best(CrfObjective(LABELS, bio=True), logits, parameters)
    for row, length in enumerate(lengths):
        given = tuple(found[row].tolist())
        assert follows_bio(tuple(LABELS[one] for one in given))
        if length:
            scores = {ids: score(logits[row], ids, parameters) for ids in labellings(length)}
            assert scores[given] == pytest.approx(max(scores.values()))


def test_long_sequences_of_any_logits_keep_the_rules():
    random = np.random.default_rng(1)
    objective = CrfObjective(LABELS, bio=True)
    for scale in (0.0, 1.0, 1e4):
        logits = Ragged.of([random.normal(0, scale or 1, (2_000, 5)) * bool(scale)], np.float32, 5)
        parameters = {name: one.initial(random, one.shape) for name, one in objective.parameters.items()}
        parameters["transitions"] = random.normal(0, scale, (5, 5)).astype(np.float32)
        assert follows_bio(tuple(LABELS[one] for one in best(objective, logits, parameters)[0].tolist()))


def prepared(logits, targets, annotated=None):
    records = tuple(Record(str(number), "") for number in range(len(targets)))
    columns = {"target": Ragged.of(targets, np.int32)}
    if annotated is not None:
        columns["annotated"] = Ragged(np.array(annotated), np.arange(len(targets) + 1))
    return Batch(records, logits, columns)


@pytest.mark.parametrize("allowed", [LABELS, ("O", "B-PER", "I-PER")])
def test_the_loss_is_over_what_is_possible_and_annotated(allowed):
    logits, parameters = drawn(3, (3, 1))
    gold = ((3, 4, 0), (0,))
    annotated = [[label in allowed for label in LABELS]] * 2
    objective = CrfObjective(LABELS, bio=True)
    losses, gradient, of_own = objective.loss(prepared(logits, gold, annotated), parameters)
    for row, ids in enumerate(gold):
        every = log_sum([score(logits[row], other, parameters) for other in labellings(len(ids), allowed)])
        assert losses[row] == pytest.approx(every - score(logits[row], ids, parameters))
    assert np.isfinite(gradient).all()
    assert not gradient[:, [label not in allowed for label in LABELS]].any()
    assert not of_own["transitions"][0, [2, 4]].any()
    assert all(np.isfinite(array).all() for array in of_own.values())


def test_the_gradient_with_rules_and_types_that_are_not_annotated():
    logits, parameters = drawn(5, (3, 2))
    objective = CrfObjective(LABELS, bio=True)
    batch = prepared(logits, ((0, 3, 4), (1, 0)), [[True, False, False, True, True], [True] * 5])

    def loss(values):
        return float(objective.loss(batch.replace(sequence=logits.with_values(values)), parameters)[0].sum())

    _, gradient, _ = objective.loss(batch, parameters)
    for position in np.ndindex(gradient.shape):
        step = np.zeros(gradient.shape)
        step[position] = 1e-5
        difference = (loss(logits.array + step) - loss(logits.array - step)) / 2e-5
        assert gradient[position] == pytest.approx(difference, abs=1e-6)


def test_without_rules_every_labelling_is_possible():
    logits, parameters = drawn(2, (2,), 0.0)
    parameters = {name: np.zeros_like(array) for name, array in parameters.items()}
    parameters["transitions"][0, 4] = 5.0
    assert best(CrfObjective(LABELS), logits, parameters)[0].tolist() == [0, 4]
    assert best(CrfObjective(LABELS, bio=True), logits, parameters)[0].tolist() != [0, 4]
