"""The tokenizer text.pieces, against the meaning of its rules."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqpipe import Batch, ConfigError, Incoming, Ragged, Record, Spec
from seqpipe_text.words.piece_split import UNKNOWN, learned_pieces, parts_of, pieces_of
from seqpipe_text.words.pieces import LONGEST, Pieces
from seqpipe_text.words.words import Words

KNOWN = [UNKNOWN, "lis", "##bon", "##b", "##on", "li", "zurich", "'", "s", "##s", "東", "京", "."]
IDS = {piece: index for index, piece in enumerate(KNOWN)}
LONGEST_KNOWN = max(map(len, KNOWN))
WORDS = Spec("tokens", "int32", 1, ("<unk>",), columns={"spans": Spec("spans", "int64", 2)})


def cut(word, *, lowercase=True):
    return [KNOWN[piece] for piece in pieces_of(word, IDS, LONGEST_KNOWN, lowercase=lowercase)]


@pytest.mark.parametrize(
    ("word", "pieces"),
    [
        ("Lisbon", ["lis", "##bon"]),  # the longest first, not lis ##b ##on
        ("lislis", [UNKNOWN]),  # one piece for all of the part
        ("Zürich's", ["zurich", "'", "s"]),
        ("ZU\u0308RICH", ["zurich"]),
        ("東京", ["東", "京"]),
        ("lisbons", ["lis", "##bon", "##s"]),
        ("lis.bon", ["lis", ".", UNKNOWN]),
        ("li\u00ads", ["lis"]),  # a soft hyphen is not seen
        ("", []),
    ],
)
def test_words_are_cut_by_the_longest_piece(word, pieces):
    assert cut(word) == pieces


def test_capitals_and_accents_stay_where_they_are_told_apart():
    assert cut("lis", lowercase=False) == ["lis"]
    assert cut("Lis", lowercase=False) == [UNKNOWN]
    assert parts_of("Zürich's", lowercase=False) == ["Zürich", "'", "s"]


@given(st.text("ab'", max_size=12), st.sets(st.text("ab", min_size=1, max_size=3), max_size=6))
def test_what_is_cut_can_be_joined(word, known):
    pieces = [UNKNOWN, "'", *sorted(known), *sorted("##" + piece for piece in known)]
    ids = {piece: index for index, piece in enumerate(pieces)}
    given_pieces = [pieces[one] for one in pieces_of(word, ids, 5, lowercase=True)]
    if UNKNOWN not in given_pieces:
        assert "".join(piece.removeprefix("##") for piece in given_pieces) == word


def batch(*texts):
    words, _ = Words().build(Incoming(Spec("text"), {"dictionary": ["<unk>"]}))(
        Batch(tuple(Record(str(number), text) for number, text in enumerate(texts)))
    )
    return words


def test_the_column_has_the_pieces_of_each_word():
    step = Pieces().build(Incoming(WORDS, {"pieces": KNOWN}))
    out, state = step(batch("In Lisbon.", "", "s"))
    assert state is None
    column = out.column("pieces", Ragged)
    assert column.offsets.tolist() == [0, 3, 3, 4]
    assert column.array.dtype == np.int32
    words = column.values
    assert [row.tolist() for row in words] == [[0], [1, 2], [12], [8]]
    assert step.spec.columns["pieces"].vocabulary == tuple(KNOWN)
    (again,) = (pickle.loads(pickle.dumps(step))(batch("Lisbon"))[0],)
    assert again.column("pieces", Ragged).array.tolist() == [1, 2]


def test_an_empty_batch():
    out, _ = Pieces().build(Incoming(WORDS, {"pieces": KNOWN}))(batch())
    assert len(out.column("pieces", Ragged)) == 0


def test_of_a_very_long_word_only_the_beginning_is_read():
    step = Pieces().build(Incoming(WORDS, {"pieces": KNOWN}))
    out, _ = step(batch("s" + "s" * 1_000_000))
    assert len(out.column("pieces", Ragged).array) == LONGEST


def learned(stage, *texts, **incoming):
    learner = stage.learner(Incoming(WORDS, **incoming))
    for text in texts:
        learner.see(batch(text))
    return learner.learned()["pieces"]


def test_pieces_are_learned_from_the_words():
    texts = ["low lower lowest", "slow slower slowest", "new newer newest"] * 5
    pieces = learned(Pieces(size=24), *texts)
    assert pieces[:4] == [UNKNOWN, "l", "n", "s"]
    assert {"##low", "low", "##st"} <= set(pieces)
    assert len(pieces) == len(set(pieces)) == 24
    assert pieces == learned(Pieces(size=24), *reversed(texts))
    ids = {piece: index for index, piece in enumerate(pieces)}
    assert [pieces[one] for one in pieces_of("lowest", ids, 10, lowercase=True)] == ["lowe", "##st"]
    assert ids[UNKNOWN] not in pieces_of("newlow", ids, 10, lowercase=True)


@given(st.dictionaries(st.text(min_size=1, max_size=6), st.integers(1, 5), max_size=8), st.integers(1, 40))
def test_any_words_can_be_learned_from(counts, size):
    pieces = learned_pieces(counts, size, lowercase=True)
    assert len(pieces) == len(set(pieces)) <= size
    assert all(pieces)
    assert pieces == learned_pieces(dict(reversed(counts.items())), size, lowercase=True)


def test_pieces_may_be_those_that_have_vectors():
    tokens = ["[PAD]", "[unused7]", "[", "lis", "##bon", UNKNOWN]
    assert learned(Pieces(vocabulary="vectors"), tokens_with_vectors=lambda: tokens) == [UNKNOWN, "[", "lis", "##bon"]
    with pytest.raises(ConfigError, match=r"takes the pieces of `train\.vectors`, which is not there"):
        Pieces(vocabulary="vectors").learner(Incoming(WORDS))


def test_what_it_cannot_take():
    with pytest.raises(ConfigError, match="needs words that know where they stand in the text"):
        Pieces().build(Incoming(Spec("tokens", "int32", 1)))
