"""The tokenizer text.bpe, against the library that learns its merges."""

from __future__ import annotations

import pickle
import random
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, models

from seqpipe import Batch, ConfigError, Incoming, ModelError, PluginError, Record, RecordError, Spec
from seqpipe_text.translation.bpe import BPE, UNKNOWN_WORD
from seqpipe_text.translation.subword_split import SPACE, parts_of
from seqpipe_text.words.byte_pairs import frequent_characters, learned_merges, pieces_of
from seqpipe_text.words.unknown_token import NEVER_KNOWN, UNKNOWN

TEXT = Spec("text")
LINES = [
    "der Hund schläft, die Hunde schlafen.",
    "ein Hündchen schlief; zwei Hündchen schliefen!",
    "Schlafen die Katzen? Die Katzen schlafen nie.",
    "l'homme n'est pas là, qu'elle l'attende",
    "I don't know, they don't, we're here",
    "1999 war ein Jahr, 2001 auch, 1999 war besser",
]


def batch(*texts):
    return Batch(tuple(Record(f"in:{line}", text, "in", line) for line, text in enumerate(texts, 1)))


def learned(bpe, *texts, targets=()):
    learner = bpe.learner(Incoming(TEXT))
    for text, target in zip(texts, targets or [None] * len(texts), strict=True):
        learner.see(Batch((Record("1", text, target=target),)))
    return learner.learned()


def step_of(bpe, *texts):
    return bpe.build(Incoming(TEXT, learned(bpe, *texts)))


def tokens(step, text):
    out, _ = step(batch(text))
    return [step.spec.vocabulary[index] for index in out.ragged.array]


LEARNED = learned(BPE(size=150, min_count=1), *LINES)
STEP = BPE(size=150, min_count=1).build(Incoming(TEXT, LEARNED))


def test_a_merge_worked_by_hand():
    # pairs: ▁a 3, ab 3, then ▁ab; ties by the alphabet's order
    assert learned(BPE(size=8, min_count=2), "ab ab", "abc") == {
        "alphabet": ["a", "b", "▁"],
        "merges": ["a b", "▁ ab"],
        "spelled": [],
    }


def test_what_is_learned_does_not_depend_on_the_order():
    shuffled = random.Random(1).sample(LINES, len(LINES))
    assert learned(BPE(size=150, min_count=1), *shuffled) == LEARNED
    assert learned(BPE(size=150, min_count=1), *LINES) == LEARNED


def test_the_vocabulary_has_the_size_that_is_asked_for():
    for size in (3, 20, 60, 90):
        vocabulary = step_of(BPE(size=size, min_count=1), *LINES).spec.vocabulary
        assert len(vocabulary) == size
        assert vocabulary[:2] == (UNKNOWN, UNKNOWN_WORD)
    assert BPE(size=50).build(Incoming(TEXT)).spec.width == 50


def test_min_count_is_of_characters_and_of_pairs():
    few = learned(BPE(size=500, min_count=3), *LINES)
    counts = Counter(character for line in LINES for part, _, _ in parts_of(line) for character in part)
    assert set(few["alphabet"]) == {character for character, count in counts.items() if count >= 3}
    assert 0 < len(few["merges"]) < len(LEARNED["merges"])


@given(st.lists(st.text("abc'", min_size=1, max_size=9), min_size=1, max_size=30), st.integers(5, 40))
def test_words_fall_into_the_pieces_that_the_library_makes(words, size):
    counts = Counter(f"{SPACE}{word}" for word in words)
    alphabet = frequent_characters(counts, 1)
    merges = learned_merges(counts, alphabet, size, 1)
    pieces = [*alphabet, *dict.fromkeys(map("".join, merges))]
    vocabulary = {piece: index for index, piece in enumerate(dict.fromkeys(pieces))}
    reference = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    ranks = {merge: rank for rank, merge in enumerate(merges)}
    for word in [*counts, SPACE + "cabbac", SPACE + "aaaaaaa"]:
        if set(word) <= set(alphabet):
            assert pieces_of(word, ranks) == reference.encode(word).tokens


@given(st.lists(st.sampled_from(" ".join(LINES).split()), max_size=12), st.sampled_from([" ", "  ", " \t", "\u00a0"]))
def test_pieces_give_the_text_back(words, space):
    text = space.join(words)
    assert BPE().join(tokens(STEP, text)) == " ".join(text.split())


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("l’homme", "l'homme"),
        ("die Hu\u00adnde\u200b schlafen", "die Hunde schlafen"),
        ("schla\u0308ft", "schläft"),
        ("\ufeffdie Katzen", "die Katzen"),
    ],
)
def test_what_looks_the_same_is_the_same(text, same):
    assert tokens(STEP, text) == tokens(STEP, same)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("l'homme", ["▁l'", "homme"]),
        ("qu'elle", ["▁qu'", "elle"]),
        ("aujourd'hui", ["▁aujourd'", "hui"]),
        ("don't, we're", ["▁don't", ",", "▁we're"]),
        ("'tis rock'n'roll", ["▁'", "tis", "▁rock'n", "'", "roll"]),
        ("A4-Blatt um 12:30", ["▁A", "4", "-", "Blatt", "▁um", "▁12", ":", "30"]),
        ("1,5 €", ["▁1", ",", "5", "▁€"]),
        ("👍🏽👨‍👩‍👧!", ["▁👍🏽", "👨👩👧", "!"]),
        ("a_b ▁", ["▁a", "_", "b", "▁_"]),
        ("", []),
    ],
)
def test_no_piece_goes_over_the_border_between_words_numbers_and_signs(text, parts):
    assert [part for part, _, _ in parts_of(text)] == parts


@given(st.text(max_size=40))
def test_spans_are_those_of_the_text_as_it_came(text):
    for step in (STEP, step_of(BPE(size=150, min_count=1, lowercase=True), *LINES)):
        out, _ = step(batch(text))
        spans = out.columns["spans"].array.reshape(-1, 2)
        assert (spans[:, 0] <= spans[:, 1]).all()
        assert (spans[1:, 0] >= spans[:-1, 0]).all()
        assert spans.size == 0 or (spans.min() >= 0 and spans.max() <= len(text))
        covered = "".join(text[begin:end] for begin, end in dict.fromkeys(map(tuple, spans.tolist())))
        assert set("".join(covered.split())) <= set(text)


def test_spans_of_pieces_and_of_unknown_words():
    out, _ = STEP(batch("die Hundehütte  Ωmega!"))
    spans = [(begin, end) for begin, end in out.columns["spans"].array.tolist()]
    text = "die Hundehütte  Ωmega!"
    assert "".join(text[begin:end] for begin, end in spans) == "dieHundehütteΩmega!"
    found = tokens(STEP, text)
    assert found[-2:] == [UNKNOWN_WORD, "!"]
    assert text[slice(*spans[-2])] == "Ωmega"


def test_an_unknown_character_makes_its_word_unknown_with_the_space_before_it():
    assert tokens(STEP, "Ω") == [UNKNOWN_WORD]
    assert tokens(STEP, "die🙂🙂 🙂") == [*tokens(STEP, "die"), UNKNOWN, UNKNOWN, UNKNOWN_WORD]
    assert NEVER_KNOWN not in learned(BPE(min_count=1), f"a {NEVER_KNOWN} b{NEVER_KNOWN}")["alphabet"]


def test_numbers_that_are_no_entry_may_be_copied():
    copies = BPE(size=150, min_count=1, copy_numbers=True).build(Incoming(TEXT, LEARNED))
    assert tokens(copies, "1999") == ["▁1999"]
    assert len(tokens(STEP, "1991")) > 1
    assert tokens(copies, "1991,9119 1991") == [UNKNOWN_WORD, ",", UNKNOWN, UNKNOWN_WORD]
    assert tokens(copies, "Hundehütten") == tokens(STEP, "Hundehütten")


def test_names_that_fall_into_letters_may_be_copied():
    names = BPE(size=45, min_count=2, copy_names=True)
    found = learned(names, *LINES, "da ist Worksy")
    assert found["spelled"] == ["Hündchen", "Katzen"]
    step, spells = (bpe.build(Incoming(TEXT, found)) for bpe in (names, BPE(size=45)))
    assert tokens(step, "ist Worksy,") == [*tokens(step, "ist"), UNKNOWN_WORD, ","]
    assert tokens(step, "n" * 100)[:3] == [UNKNOWN_WORD, UNKNOWN, "n"]
    for kept in ("Hündchen", "(Hündchen)", "worksy", "WORKSY", "WorkSY", "Works"):
        assert tokens(step, kept) == tokens(spells, kept)


def test_capitals():
    fold = BPE(size=150, min_count=1, fold_capitals=True).build(Incoming(TEXT, LEARNED))
    assert tokens(fold, "DIE HUNDE SCHLAFEN.") == tokens(STEP, "die hunde schlafen.")
    for kept in ("Die Hunde SCHLAFEN.", "DIE", "Die", "1999 1999", "ß"):
        assert tokens(fold, kept) == tokens(STEP, kept)
    small = BPE(size=150, min_count=1, lowercase=True)
    assert not any(character.isupper() for character in learned(small, *LINES)["alphabet"])
    spans = fold(batch("İ ERŞ AB"))[0].columns["spans"].array  # whose small form is longer
    assert spans.max() == len("İ ERŞ AB")


def test_shared_vocabularies_are_the_same():
    sources, targets = LINES[:3], LINES[3:]
    shared = BPE(size=150, min_count=1, shared=True)
    both = learned(shared, *sources, targets=targets)
    assert both == learned(shared, *targets, targets=sources) == LEARNED
    assert learned(BPE(size=150, min_count=1), *sources, targets=targets) != both


def test_a_batch_gives_what_its_records_give():
    again = pickle.loads(pickle.dumps(STEP))
    whole, state = again(batch(*LINES, "", "neu Ω"))
    assert state is None
    assert whole.ragged.array.dtype == np.int32
    for row, text in enumerate([*LINES, "", "neu Ω"]):
        alone, _ = STEP(batch(text))
        assert np.array_equal(whole.ragged[row], alone.ragged[0])
        assert np.array_equal(whole.columns["spans"][row], alone.columns["spans"][0])


@pytest.mark.parametrize(
    "text", ["a" * 1_000_000, "1" * 1_000_000, "a\u0301" * 300_000, "🙂" * 300_000, "'a" * 300_000]
)
def test_a_long_text_without_spaces(text):
    out, _ = STEP(batch(text))
    assert out.columns["spans"].array[-1, 1] == len(text)


@pytest.mark.parametrize(
    ("found", "message"),
    [
        (
            {"alphabet": ["ab"], "merges": [], "spelled": []},
            "the alphabet of text.bpe is not a list of characters",
        ),
        (
            {"alphabet": ["a"], "merges": ["a b"], "spelled": []},
            "the merge 'a b' of text.bpe is not of two pieces that are known",
        ),
        (
            {"alphabet": ["a"], "merges": ["aa"], "spelled": []},
            "the merge 'aa' of text.bpe is not of two pieces that are known",
        ),
    ],
)
def test_a_damaged_model(found, message):
    with pytest.raises(ModelError, match=message):
        BPE().build(Incoming(TEXT, found))


def test_payloads_and_specs_that_are_no_text():
    with pytest.raises(RecordError, match="in:1: bytes where text is needed"):
        STEP(batch(b"fine"))
    with pytest.raises(RecordError, match="int where text is needed"):
        learned(BPE(shared=True), "fine", targets=[7])
    for use in (BPE().learner, BPE().build):
        with pytest.raises(ConfigError, match=r"text\.bpe takes text"):
            use(Incoming(Spec("samples", "float32", rate=16_000)))


def test_without_the_library_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr("seqpipe_text.words.byte_pairs.find_spec", lambda _: None)
    with pytest.raises(PluginError, match=r"pip install 'seqpipe-text\[bpe\]'"):
        learned(BPE(min_count=1), "a b")
