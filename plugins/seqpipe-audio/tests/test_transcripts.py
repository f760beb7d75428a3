"""From symbols with places to words with times."""

import numpy as np
import pytest

from seqpipe import Batch, ConfigError, Incoming, Ragged, Record, Spec
from seqpipe_audio.transcript import Transcript

ALPHABET = (" ", "a", "b", "c")
SPANS = Spec("spans", "int64", 2, rate=1000)


def labels(vocabulary=ALPHABET):
    return Spec("labels", "int32", len(vocabulary), vocabulary, columns={"spans": SPANS})


def batch(*texts, begin=0, last=True, vocabulary=ALPHABET):
    """Each label takes 100 samples, and the i-th has a score of i / 10."""
    ids = [[vocabulary.index(symbol) for symbol in text] for text in texts]
    spans = [[[100 * (begin + i), 100 * (begin + i + 1)] for i in range(len(text))] for text in texts]
    scores = [[i / 10 for i in range(len(text))] for text in texts]
    return Batch(
        tuple(Record(str(row), None, last=last) for row in range(len(texts))),
        Ragged.of(ids, np.int32),
        {"spans": Ragged.of(spans, np.int64, 2), "scores": Ragged.of(scores, np.float64)},
        final=last,
    )


def step(vocabulary=ALPHABET, **parameters):
    return Transcript(**parameters).build(Incoming(labels(vocabulary)))


def test_characters_become_words_with_times():
    out, state = step()(batch("ab c", " ", "", "  a  b"))
    assert state is None
    assert [outcome[0]["text"] for outcome in out.outputs] == ["ab c", "", "", "a b"]
    assert out.outputs[0][0]["words"] == [
        {"word": "ab", "start": 0.0, "end": 0.2, "score": pytest.approx(0.05)},
        {"word": "c", "start": 0.3, "end": 0.4, "score": pytest.approx(0.3)},
    ]


def test_symbols_may_be_words():
    words = ("one", "two")
    out, _ = step(words, unit="word")(batch(["two", "one"], vocabulary=words))
    assert out.outputs[0][0]["text"] == "two one"
    assert [word["start"] for word in out.outputs[0][0]["words"]] == [0.0, 0.1]


@pytest.mark.parametrize("cut", range(8))
def test_pieces_give_what_the_whole_gives(cut):
    text = "ab c abc"
    for each in ("recording", "word"):
        transcribe = step(each=each)
        whole, _ = transcribe(batch(text))
        first, state = transcribe(batch(text[:cut], last=False))
        second, _ = transcribe(batch(text[cut:], begin=cut), state)
        joined = [*first.outputs[0], *second.outputs[0]]
        strip = [[word["word"], word["start"], word["end"]] for one in joined for word in one.get("words", [one])]
        expected = [
            [word["word"], word["start"], word["end"]] for one in whole.outputs[0] for word in one.get("words", [one])
        ]
        assert strip == expected
        if each == "word" and cut >= 3:
            assert first.outputs[0][0]["word"] == "ab"


def test_words_whose_score_is_low_are_left_out():
    words = ("one", "two")
    for each, texts in (("recording", ["two one", ""]), ("word", ["two", "one"])):
        out, _ = step(words, unit="word", each=each, threshold=0.1)(
            batch(["one", "two", "one"], ["one"], vocabulary=words)
        )
        heard = [result.get("text", result.get("word")) for outcome in out.outputs for result in outcome]
        assert heard == texts
    out, _ = step(threshold=0.3)(batch("ab c"))
    assert out.outputs[0][0]["text"] == "c"


def test_labels_that_do_not_know_their_time_are_refused():
    without = labels().replace(columns={"spans": Spec("spans", "int64", 2)})
    with pytest.raises(ConfigError, match=r"audio.transcript needs labels that know their time \(begin with"):
        Transcript().build(Incoming(without))
