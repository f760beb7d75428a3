"""Listening for words: answers, thresholds, cool-down, targets and figures."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqpipe import Batch, ConfigError, Incoming, Ragged, Record, RecordError, Spec
from seqpipe_audio.keywords import Keywords

LABELS = ("stop", "go", "bed")
RATE, HOP = 8000, 160  # a position is 20 ms
SPANS = Spec("spans", "int64", 2, rate=RATE)
LOGITS = Spec("logits", "float32", len(LABELS), rate=RATE / HOP, streamable=True, columns={"spans": SPANS})
QUICK = {"smoothing": 1, "patience": 0.0, "cool_down": 0.1}


def step(**parameters):
    return Keywords(labels=LABELS, **{**QUICK, **parameters}).build(Incoming(LOGITS))


def batch(*rows, begin=0, last=True):
    """Each row is a list of moments, at which one word may be probable: None, or its name and its probability."""
    logits, spans = [], []
    for row in rows:
        probabilities = np.full((len(row), len(LABELS)), 1e-6)
        for moment, spoken in zip(probabilities, row, strict=True):
            if spoken:
                moment[LABELS.index(spoken[0])] = spoken[1]
        of_none = 1 - probabilities.sum(axis=1, keepdims=True)
        logits.append(np.log(probabilities / of_none))
        begins = HOP * (begin + np.arange(len(row)))
        spans.append(np.stack([begins, begins + HOP], axis=1))
    records = tuple(Record(str(number), None, last=last) for number in range(len(rows)))
    columns = {"spans": Ragged.of(spans, np.int64, 2)}
    return Batch(records, Ragged.of(logits, np.float32, len(LABELS)), columns, final=last)


def answers(*row, **parameters):
    """Return the words that are answered, and where they were likeliest, in positions."""
    out, state = step(**parameters)(batch(list(row)))
    assert state is None
    return [(answer["label"], round(answer["end"] * RATE / HOP) - 1) for answer in out.outputs[0]]


def test_a_word_is_answered_once_where_it_is_likeliest():
    out, _ = step()(batch([None, ("stop", 0.6), ("stop", 0.9), ("stop", 0.8), None], [None] * 3, []))
    assert out.outputs == (({"label": "stop", "start": 0.02, "end": 0.06, "score": pytest.approx(0.9)},), (), ())


def test_a_word_that_is_under_way_at_the_end_is_answered():
    assert answers(None, ("go", 0.6), ("go", 0.7)) == [("go", 2)]


def test_an_answer_comes_with_the_first_piece_that_shows_that_it_grows_no_more():
    listen = step()
    _, state = listen(batch([None, ("go", 0.6)], last=False))
    out, state = listen(batch([("go", 0.7)], begin=2, last=False), state)
    assert out.outputs == ((),)
    out, _ = listen(batch([("go", 0.7)], begin=3, last=False), state)
    assert [answer["label"] for answer in out.outputs[0]] == ["go"]


def test_nothing_below_the_threshold_is_answered():
    row = (("stop", 0.6), None, None, None, None, None, None, ("go", 0.7), None)
    assert answers(*row) == [("stop", 0), ("go", 7)]
    assert answers(*row, threshold=0.65) == [("go", 7)]
    assert answers(*row, threshold=0.65, thresholds={"stop": 0.55}) == [("stop", 0), ("go", 7)]
    assert answers(*row, thresholds={"go": 0.8}) == [("stop", 0)]


def test_only_words_are_answered_and_another_label_that_is_likelier_keeps_them_back():
    row = (("bed", 0.9), None, None, None, None, None, None, ("go", 0.7), None)
    assert answers(*row) == [("bed", 0), ("go", 7)]
    assert answers(*row, words=("go",)) == [("go", 7)]
    both = np.log([[0.0001, 8.0, 11.0]]).astype(np.float32)
    heard = batch([None])
    out, _ = step(words=("go",), threshold=0.3)(heard.replace(sequence=heard.ragged.with_values(both)))
    assert out.outputs == ((),)


def test_logits_of_neighbours_are_averaged_and_are_0_before_the_first():
    row = (None, None, None, ("go", 0.9), ("go", 0.9), None, None)
    assert answers(*row, smoothing=2) == [("go", 4)]
    assert answers(*row, smoothing=3) == []
    out, _ = step(smoothing=2)(batch([("go", 0.9)]))
    logits = np.log(np.array([1, 1e-6, 1e-6, 0.9]) / [1, 1 - 0.9 - 2e-6, 1 - 0.9 - 2e-6, 1 - 0.9 - 2e-6]) / 2
    assert out.outputs[0][0]["score"] == pytest.approx(np.exp(logits[3]) / np.exp(logits).sum(), rel=1e-5)


def test_an_answer_waits_for_a_likelier_one():
    row = (("go", 0.6), None, ("go", 0.7), None, ("stop", 0.9), None, None, None, None, None, None)
    assert answers(*row, cool_down=0.0) == [("go", 0), ("go", 2), ("stop", 4)]
    assert answers(*row, cool_down=0.0, patience=0.04) == [("stop", 4)]
    assert answers(*row, words=("go",), patience=0.04) == []


def test_a_cool_down_keeps_other_words_back_and_lasts_from_the_end_of_the_word_on():
    row = (("stop", 0.9), ("stop", 0.8), None, ("go", 0.9), None, None, None, ("go", 0.9), None)
    assert answers(*row, cool_down=0.0) == [("stop", 0), ("go", 3), ("go", 7)]
    assert answers(*row, cool_down=0.06) == [("stop", 0), ("go", 7)]
    assert answers(*row, cool_down=0.4) == [("stop", 0)]
    assert answers(*[("stop", 0.9)] * 30, cool_down=0.02) == [("stop", 0)]


MOMENTS = st.lists(st.none() | st.tuples(st.sampled_from(LABELS), st.sampled_from([0.3, 0.55, 0.8, 0.95])), max_size=30)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(MOMENTS, min_size=1, max_size=3), st.integers(0, 30), st.sampled_from([1, 3]), st.sampled_from([0.0, 0.06])
)
def test_pieces_give_what_the_whole_gives(rows, cut, smoothing, patience):
    longest = max(map(len, rows))
    rows = [row + [None] * (longest - len(row)) for row in rows]
    for cool_down in (0.0, 0.1):
        listen = step(smoothing=smoothing, patience=patience, cool_down=cool_down)
        whole, _ = listen(batch(*rows))
        first, state = listen(batch(*(row[:cut] for row in rows), last=False))
        second, after = listen(batch(*(row[cut:] for row in rows), begin=min(cut, longest)), state)
        assert after is None
        assert [one + two for one, two in zip(first.outputs, second.outputs, strict=True)] == list(whole.outputs)


def test_words_that_are_no_labels_are_left_out_of_targets():
    objective = Keywords(labels=LABELS).objective(Incoming(Spec("frames", "float32", 4)))
    texts = ("please stop and go", "", "cat", "bed bed")
    targets = objective.targets(Batch(tuple(Record("", None, target=text) for text in texts))).column("target", Ragged)
    assert [row.tolist() for row in targets] == [[0, 1], [], [], [2]]


def test_the_gradient_is_that_of_central_differences():
    objective = Keywords(labels=LABELS, smoothing=3, margin=2).objective(Incoming(Spec("frames", "float32", 4)))
    random = np.random.default_rng(0)
    logits = Ragged.of([2 * random.normal(size=(length, 3)) for length in (9, 6, 12, 1, 0)], np.float64, 3)
    records = tuple(Record("", None, target=text) for text in ("stop", "", "stop bed", "go bed", "go"))
    given = objective.targets(Batch(records, logits))
    losses, gradient, _ = objective.loss(given, {})
    assert losses[-1] == 0
    expected = np.zeros_like(gradient)
    for place in np.ndindex(*gradient.shape):
        for step_size in (1e-6, -1e-6):
            changed = logits.array.copy()
            changed[place] += step_size
            (loss, _, _) = objective.loss(given.replace(sequence=logits.with_values(changed)), {})
            expected[place] += loss.sum() / (2 * step_size)
    np.testing.assert_allclose(gradient, expected, atol=1e-7)


def test_a_record_without_a_target_is_named():
    objective = Keywords(labels=LABELS).objective(Incoming(Spec("frames", "float32", 4)))
    with pytest.raises(RecordError, match=r"m\.tsv:3: the record has no target"):
        objective.targets(Batch((Record("", None, "m.tsv", 3),)))


def test_figures_take_all_other_words_as_unknown():
    decoder = Keywords(labels=LABELS, words=("stop", "go"))
    metrics = {metric.name: metric for metric in decoder.objective(Incoming(LOGITS)).metrics}
    said = {"stop": ["stop"], "go": [], "bed": [], "cat": ["go"], "go cat stop": ["go", "stop"], "": ["stop"]}
    sums = {name: np.zeros(2) for name in metrics}
    for target, answered in said.items():
        outcome = [{"label": label} for label in answered]
        for name, metric in metrics.items():
            sums[name] += metric.count(Record("", None, target=target), outcome)
    assert {name: metric.value(sums[name]) for name, metric in metrics.items()} == {
        "accuracy": 3 / 6,
        "recall": 3 / 4,
        "precision": 3 / 5,
    }


@pytest.mark.parametrize("parameters", [{"words": ("halt",)}, {"thresholds": {"halt": 0.5}}])
def test_a_word_that_is_no_label_is_refused(parameters):
    with pytest.raises(ConfigError, match=r"audio\.keywords does not know the word 'halt'") as caught:
        step(**parameters)
    assert "it knows stop, go, bed" in str(caught.value)


@pytest.mark.parametrize("changes", [{"columns": {}}, {"rate": None}])
def test_positions_have_to_know_their_time(changes):
    with pytest.raises(ConfigError, match="needs positions that know their time"):
        Keywords(labels=LABELS).build(Incoming(LOGITS.replace(**changes)))
