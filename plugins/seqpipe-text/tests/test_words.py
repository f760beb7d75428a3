"""The tokenizer text.words."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqpipe import Batch, ConfigError, Incoming, Record, RecordError, Spec
from seqpipe_text.words.chunk_lookup import ChunkLookup
from seqpipe_text.words.words import Words

TEXT = Spec("text")


def batch(*texts):
    return Batch(tuple(Record(f"in:{line}", text, "in", line) for line, text in enumerate(texts, 1)))


def learned(words, *texts):
    learner = words.learner(Incoming(TEXT))
    for text in texts:
        learner.see(batch(text))
    return learner.learned()


def test_the_dictionary_is_by_frequency_then_by_alphabet():
    texts = ["the film", "The plot", "a film", "the end"]
    assert learned(Words(), *texts) == {"dictionary": ["<unk>", "the", "film", "a", "end", "plot"]}
    assert learned(Words(), *reversed(texts)) == learned(Words(), *texts)
    assert learned(Words(size=3), *texts) == {"dictionary": ["<unk>", "the", "film"]}
    assert learned(Words(min_count=2), *texts) == {"dictionary": ["<unk>", "the", "film"]}
    assert learned(Words(lowercase=False, size=3), *texts) == {"dictionary": ["<unk>", "film", "the"]}


def test_tokens_and_where_they_stand():
    step = Words().build(Incoming(TEXT, {"dictionary": ["<unk>", "is", "n't", "it", "good"]}))
    out, state = step(batch("It  isn't GOOD!", "", "good"))
    assert state is None
    assert out.ragged.array.dtype == np.int32
    assert [row.tolist() for row in out.ragged] == [[3, 1, 2, 4, 0], [], [4]]
    spans = out.columns["spans"]
    assert spans.array.dtype == np.int64
    assert [row.tolist() for row in spans] == [[[0, 2], [4, 6], [6, 9], [10, 14], [14, 15]], [], [[0, 4]]]


def test_known_are_the_words_of_the_dictionary_but_for_punctuation_marks():
    step = Words().build(Incoming(TEXT, {"dictionary": ["<unk>", "good", "!", "...", "2", ":)", "👍", "n't", "$"]}))
    out, _ = step(batch("Good bad 2 :) 👍🏽 n't", "! ... $", ""))
    assert out.columns["known"].array.dtype == np.bool_
    assert [row.tolist() for row in out.columns["known"]] == [[True, False, True, True, True, True], [False] * 3, []]


def test_an_empty_batch():
    out, _ = Words().build(Incoming(TEXT, {"dictionary": ["<unk>"]}))(batch())
    assert len(out.ragged) == 0
    assert out.columns["spans"].array.shape == (0, 2)


def test_the_spec():
    out = Words().build(Incoming(TEXT, {"dictionary": ["<unk>", "a"]})).spec
    assert (out.kind, out.dtype, out.width, out.vocabulary) == ("tokens", "int32", 2, ("<unk>", "a"))
    assert list(out.columns) == ["spans", "known"]
    assert Words(size=50).build(Incoming(TEXT)).spec.width == 50


@given(st.lists(st.text(max_size=20), max_size=5))
def test_all_that_was_seen_is_known(texts):
    words = Words()
    dictionary = learned(words, *texts)
    step = words.build(Incoming(TEXT, dictionary))
    out, _ = step(batch(*texts))
    assert 0 not in out.ragged.array
    again, _ = pickle.loads(pickle.dumps(step))(batch(*texts))
    assert np.array_equal(again.ragged.array, out.ragged.array)
    unknown, _ = words.build(Incoming(TEXT, {"dictionary": ["<unk>"]}))(batch(*texts))
    assert not unknown.ragged.array.any()
    assert np.array_equal(unknown.columns["spans"].array, out.columns["spans"].array)


def test_a_batch_gives_what_its_records_give():
    step = Words().build(Incoming(TEXT, learned(Words(), "some of these words")))
    texts = ["some words", "of  these ", " none", "these words of some"]
    whole, _ = step(batch(*texts))
    for row, text in enumerate(texts):
        alone, _ = step(batch(text))
        assert np.array_equal(whole.ragged[row], alone.ragged[0])
        assert np.array_equal(whole.columns["spans"][row], alone.columns["spans"][0])


def test_a_long_text_without_spaces():
    step = Words().build(Incoming(TEXT, {"dictionary": ["<unk>", "!"]}))
    out, _ = step(batch("!" * 100_000))
    assert out.ragged.array.sum() == 100_000


@pytest.mark.parametrize("payload", [None, 7, b"fine", ["fine"]])
def test_a_payload_that_is_no_text(payload):
    step = Words().build(Incoming(TEXT, {"dictionary": ["<unk>"]}))
    with pytest.raises(RecordError) as caught:
        step(batch("fine", payload))
    assert str(caught.value) == f"in:2: {type(payload).__name__} where text is needed (read records of text)"
    with pytest.raises(RecordError):
        Words().learner(Incoming(TEXT)).see(batch(payload))


def test_something_else_than_text_comes_in():
    for use in (Words().learner, Words().build):
        with pytest.raises(ConfigError) as caught:
            use(Incoming(Spec("samples", "float32", rate=16_000)))
        assert str(caught.value) == (
            "text.words takes text, but what comes in is samples float32 at 16000 Hz "
            "(read records of text, and put it first)"
        )


def test_joining():
    assert Words().join(["it", "is", "n't", "bad", "."]) == "it isn't bad."


def test_a_dictionary_may_have_how_words_are_written():
    texts = ["Oslo, NATO; an iPhone", "the 3rd... A @oslo @ oslo #9"]
    words = Words(entries="shapes")
    dictionary = ["<unk>", *sorted({"Xxx", "XX", "xx", "xXxx", "dxx", "X", "@x", "@xx", "@", "#x", "#d"})]
    step = words.build(Incoming(TEXT, {"dictionary": dictionary}))
    out, _ = step(batch(*texts))
    shapes = [[dictionary[one] for one in row.tolist()] for row in out.ragged]
    assert shapes[0] == ["Xxx", "<unk>", "XX", "<unk>", "xx", "xXxx"]
    assert shapes[1] == ["xx", "dxx", "<unk>", "X", "@x", "@xx", "@", "xx", "#x", "#d"]
    assert set(learned(words, *texts)["dictionary"]) == {*dictionary, ",", ";", ".."}


def test_places_do_not_depend_on_what_the_dictionary_has():
    text = "@Ann_Lee said: it isn't @ 9,50."
    by_words, by_shapes = (
        Words(entries=entries).build(Incoming(TEXT, {"dictionary": ["<unk>"]}))(batch(text))[0].columns["spans"]
        for entries in ("words", "shapes")
    )
    assert by_words.array.tolist() == by_shapes.array.tolist()


def test_chunks_of_later_texts_are_not_taken_for_those_of_earlier_ones():
    lookup = ChunkLookup(lambda chunk: [(len(chunk), 0, len(chunk))])
    assert lookup(["a bb"])[0].array.tolist() == [1, 2]
    assert lookup(["ccc a dddd"])[0].array.tolist() == [3, 1, 4]
