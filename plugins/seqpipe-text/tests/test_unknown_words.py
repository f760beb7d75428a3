"""Words that the dictionary lacks, looked up as what means the same."""

import pytest

from seqpipe import Batch, Incoming, Record, Spec
from seqpipe_text.words.words import Words

WORDS = ["<unk>", "so", "good", "bad", "no", "noo", ":)", ":(", "8/10", "cafe", "mind", "-", "numbing", "*", "👍"]


def looked_up(text, words):
    """Return each word of a text as the dictionary has it, with what it was in the text."""
    step = Words().build(Incoming(Spec("text"), {"dictionary": words}))
    out, _ = step(Batch((Record("1", text),)))
    spans = out.columns["spans"].array.tolist()
    return [(words[token], text[begin:end]) for token, (begin, end) in zip(out.ragged.array, spans, strict=True)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("soooo goooood, BAAAD", "so good <unk> bad"),
        ("noooo noo nooo", "noo noo noo"),
        ("8.5/10 8/10 8,5/10 7.5/10", "8/10 8/10 8/10 <unk>"),
        ("café cafe\u0301", "cafe cafe"),
        ("mind-numbing mind-blowing well-made", "mind - numbing mind - <unk> <unk>"),
        ("👍🏽 😍 👎🏿 🤦‍♀️ 🦩 ❤️ <3 :/ ★", "👍 :) :( :( <unk> :) :) :( *"),
    ],
)
def test_what_means_the_same_stands_for_an_unknown_word(text, words):
    assert [word for word, _ in looked_up(text, WORDS)] == words.split(" ")


def test_a_face_that_the_dictionary_lacks_is_said_in_a_word():
    words = ["<unk>", "good", "bad", ":"]
    said = [word for word, _ in looked_up(":-) 😍 👎🏿 :( <3 :/ : x", words)]
    assert said == ["good", "good", "bad", "bad", "good", "bad", ":", "<unk>"]


def test_parts_of_a_compound_stand_where_they_are():
    assert looked_up("a mind-numbing", WORDS) == [("<unk>", "a"), ("mind", "mind"), ("-", "-"), ("numbing", "numbing")]


def test_spans_of_other_spellings_are_whole():
    assert looked_up("soooo 👍🏽", ["<unk>", "so", "👍"]) == [("so", "soooo"), ("👍", "👍🏽")]


@pytest.mark.parametrize("text", ["soooo", "8.5/10", "mind-numbing", "👍🏽", "café", "<3"])
def test_what_the_dictionary_has_is_taken_as_it_is(text):
    words = [*WORDS, text]
    assert looked_up(text, words) == [(text, text)]
    assert looked_up(text, ["<unk>"]) == [("<unk>", text)]
