"""Sentences: where they begin and end, and the tokenizer text.sentences."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqpipe import Batch, ConfigError, Incoming, Ragged, Record, Spec
from seqpipe_text.words.sentences import Sentences, sentence_spans
from seqpipe_text.words.words import Words

CUT = "¦"  # not in any text: where a sentence ends
TEXTS = [
    # marks
    "The door was open.¦ Nobody came in.",
    "Who is it?¦ It is me!¦ Come in…¦ Sit down.",
    "What?!¦ You sold it?¦ Never!!!¦ Ok.",
    "It cost 3.50 euros.¦ That was in 2019.¦ Version 2.1.4 came later.",
    "See example.com or mail a.b@c.org.¦ Then call us.",
    "It was late...¦ We went home.",
    "It was late... but we stayed.",
    "Well, I...¦ I do not know.",
    "Well . . .¦ Who knows ? !¦ We . . . do not.",
    # quotation marks and brackets
    'He said "Go."¦ She went.',
    '"Really?" he asked.¦ "Yes!" she cried.',
    "“We won.”¦ “By how much?” asked Ann.",
    "She left (it was late.)¦ He stayed.",
    "She left (late).¦ He stayed.",
    "'Stop.'¦ He stopped.",
    # abbreviations
    "Mr. Brown met Dr. Lee in St. Ives.¦ They talked.",
    "Gen. Ortiz, Sen. Hale and Prof. Wu came.¦ So did Mrs. Day.",
    "Use a tool, e.g. a hammer, i.e. something heavy.¦ Wear gloves.",
    "Bread, milk, etc. are in the bag.¦ Eggs, etc.¦ The bag is full.",
    "He works for Orbit Inc. in Leeds.¦ She left Orbit Inc.¦ He did not.",
    "It opens at 9 a.m. and closes at 5 p.m.¦ The café is next door.",
    "The U.S. Navy sailed.¦ It left the U.S.¦ They stayed.",
    "See No. 7 and fig. 3 on pp. 12 to 14.¦ No.¦ I won't.",
    "J. S. Bach and J. A. Hill met C. D’Arcy.¦ We know.",
    "Take vitamin C.¦ It helps.",
    "Peter Ray Jr. won.¦ His son is Peter Ray Jr.¦ He lost.",
    "She holds a Ph.D. from Bern.¦ Her Ph.D.¦ That was long ago.",
    "It is 6 ft. tall vs. 5 ft. before.¦ Good.",
    # German
    "Das ist z. B. gut.¦ Dr. Braun kommt am 3. Oktober an.¦ Er bleibt.",
    "Im 19. Jahrhundert war das so.¦ Der 2. Band fehlt.¦ Wir haben 12.¦ Mehr nicht.",
    "Am 3. 10. 1990 war es so weit.¦ Die Nr. 5 lebt.¦ Alles o. k.",
    "Äpfel, Birnen usw. sind da.¦ Äpfel, Birnen usw.¦ Das reicht.",
    "„Komm!“, rief er.¦ „Nein.“¦ Sie ging.",
    "»Komm!« rief er.¦ »Nein.«¦ Sie ging.",
    "Die Fa. Huber u. a. Firmen, d. h. alle, kamen bzw. gingen.¦ Schluss.",
    # French
    "M. Petit et Mme. Roy sont là.¦ Vraiment ?¦ Oui !¦ C'est vrai.",
    "« Bonjour ! » dit-il.¦ « Ça va ? »¦ Elle rit.",
    "Il est né en janv.¦ L'an dernier, en févr. 2020, il marchait.",
    # other scripts
    "今日は雨です。¦明日は晴れるでしょう！¦本当？¦はい。",
    "「行くよ。」と彼は言った。¦「はい。」¦彼女は笑った。",
    "你好。¦今天很好！¦（真的吗？）¦是的。",
    "هل أنت هنا؟¦ نعم.",
    # letters of one size
    "it was bad. really bad!¦ i left. nobody cared".replace(". ", ".¦ "),
    "THE KING IS DEAD.¦ LONG LIVE THE KING!¦ MR. HALL SAID SO.",
    "what a game! we won".replace("! ", "!¦ "),
    # tokens with spaces between them
    "Mr . Brown came .¦ He left at 5 p.m. .¦ Ann did not .",
    # lines
    "Shopping\n¦Bread and milk\n¦Then home",
    "First paragraph\n\n¦second paragraph",
    "This line of a letter is wrapped after some sixty characters and\nGoes on here.¦ Then it ends.",
    "This line is short but\ngoes on in small letters.",
    "To do:\n¦- buy bread\n¦- call Mr. Brown\n¦* sleep",
    "1. Beat the eggs.¦ Add milk.\n¦2. Bake it.\n¦3) Eat.",
    "Carriage returns\r\n¦Count as one\r\n\r\n¦Or two",
    "He lives in\u2029¦Oslo.",
    # nothing to cut
    "One sentence",
    "https://example.org/a.b?c=d!e",
    "...",
    "🙂🙂",
]


@pytest.mark.parametrize("marked", TEXTS)
def test_sentences(marked):
    text = marked.replace(CUT, "")
    assert [text[begin:end] for begin, end in sentence_spans(text)] == [part.strip() for part in marked.split(CUT)]


@pytest.mark.parametrize("text", ["", " ", "\n\n \n"])
def test_texts_without_a_sentence(text):
    assert sentence_spans(text) == []


@given(st.text(alphabet="aB 1.?!…\"'»。」\n\r\u2028-)", max_size=60))
def test_nothing_but_spaces_is_left_out(text):
    spans = sentence_spans(text)
    places = [place for span in spans for place in span]
    assert places == sorted(places)
    assert all(text[begin:end] == text[begin:end].strip() != "" for begin, end in spans)
    kept = "".join(text[begin:end] for begin, end in spans)
    assert "".join(kept.split()) == "".join(text.split())


@pytest.mark.parametrize(
    "unit", ["a ", "a. ", ".", ". ", "。", " ", "\n", "a\n", "1. ", "Mr. ", "((", '."', "A.\n", "no 12. b "]
)
def test_a_megabyte_takes_a_few_seconds_at_most(unit):
    text = unit * (1_000_000 // len(unit))
    start = time.process_time()
    sentence_spans(text)
    assert time.process_time() - start < 8


def batch(*texts):
    return Batch(tuple(Record(f"in:{line}", text, "in", line) for line, text in enumerate(texts, 1)))


def cut(*texts, longest=200):
    words = Words().build(Incoming(Spec("text"), {"dictionary": ["<unk>", "come", "go", "."]}))
    whole, _ = words(batch(*texts))
    step = Sentences(longest=longest).build(Incoming(words.spec))
    out, state = step(whole)
    assert state is None
    return whole, out


def test_each_sentence_is_a_row_and_spans_stay_those_of_the_document():
    text = "Come. Go!\nGo, go."
    _, out = cut("", text, "   ", "come")
    assert out.rows.tolist() == [0, 1, 1, 1, 2, 3]
    assert [row.tolist() for row in out.ragged] == [[], [1, 3], [2, 0], [2, 0, 2, 3], [], [1]]
    spans = out.column("spans", Ragged)
    assert ["".join(text[a:b] for a, b in spans[row]) for row in (1, 2, 3)] == ["Come.", "Go!", "Go,go."]
    assert len(out.records) == 4


@pytest.mark.parametrize(("longest", "lengths"), [(4, [4, 3, 3]), (5, [5, 5]), (9, [5, 5]), (10, [10]), (1, [1] * 10)])
def test_long_sentences_are_cut_into_equal_parts(longest, lengths):
    _, out = cut("go " * 10, longest=longest)
    assert out.ragged.lengths.tolist() == lengths


@given(st.lists(st.text(alphabet="aBc .!?\n1", max_size=40), max_size=5), st.integers(1, 6))
def test_the_rows_of_a_record_are_its_sequence(texts, longest):
    whole, out = cut(*texts, longest=longest)
    assert sorted(set(out.rows.tolist())) == list(range(len(texts)))
    assert max(out.ragged.lengths.tolist(), default=0) <= longest
    np.testing.assert_array_equal(out.ragged.array, whole.ragged.array)
    np.testing.assert_array_equal(out.columns["spans"].array, whole.columns["spans"].array)
    lengths = np.bincount(out.rows, out.ragged.lengths, len(texts)) if texts else []
    np.testing.assert_array_equal(lengths, whole.ragged.lengths)


def test_all_columns_are_cut():
    words = Words().build(Incoming(Spec("text"), {"dictionary": ["<unk>"]}))
    whole, _ = words(batch("Go on. Come in.", "No"))
    letters = whole.ragged.with_values(Ragged.of([[1], [2, 2], [], [4], [5], [6], [7]], np.int32))
    spec = words.spec.replace(columns={**words.spec.columns, "letters": Spec("tokens", "int32", 9)})
    out, _ = Sentences().build(Incoming(spec))(whole.with_columns(letters=letters))
    found = [[word.tolist() for word in row] for row in out.column("letters", Ragged)]
    assert found == [[[1], [2, 2], []], [[4], [5], [6]], [[7]]]


def test_what_has_no_spans_is_refused():
    with pytest.raises(ConfigError, match=r"needs to know where tokens stand .*put it after a tokenizer"):
        Sentences().build(Incoming(Spec("tokens", "int32", 5)))
