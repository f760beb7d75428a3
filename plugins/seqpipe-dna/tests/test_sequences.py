"""Letters into bases, one-hot vectors and mixtures of them, and both strands."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqpipe import Batch, ConfigError, Incoming, Record, RecordError, Spec
from seqpipe_dna.sequences.bases import Bases
from seqpipe_dna.sequences.iupac import BASES, CODES, MIXTURES, reverse_complement
from seqpipe_dna.sequences.one_hot_bases import OneHotBases
from seqpipe_dna.sequences.reverse_complement import ReverseComplement
from seqpipe_dna.sequences.strands import Strands

SHARES = {"A": (1, 0, 0, 0), "R": (0.5, 0, 0.5, 0), "b": (0, 1 / 3, 1 / 3, 1 / 3), "N": (0.25,) * 4, "u": (0, 0, 0, 1)}
"""By hand: A, C, G and T of each code."""

COMPLEMENTS = dict(zip("ACGTRYSWKMBDHVN", "TGCAYRSWMKVHDBN", strict=True))
"""IUPAC-IUB's table."""

letters = st.text(CODES + CODES.lower() + "Uu", min_size=1, max_size=30)


def step_of(*stages):
    spec, steps = Spec("text"), []
    for stage in stages:
        steps.append(stage.build(Incoming(spec)))
        spec = steps[-1].spec

    def run(*texts):
        batch = Batch(tuple(Record(str(place), text, "file.fa", place) for place, text in enumerate(texts, 1)))
        for step in steps:
            batch, _ = step(batch)
        return batch

    return run


@pytest.mark.parametrize(("letter", "shares"), SHARES.items())
def test_a_code_is_a_mixture_of_bases(letter, shares):
    vectors = step_of(Bases(), OneHotBases())(letter).one_hot
    assert vectors.depth == 4
    np.testing.assert_allclose(vectors.dense(), [shares], rtol=1e-6)


def test_every_mixture_sums_to_one_and_is_even():
    np.testing.assert_allclose(MIXTURES.sum(axis=1), 1, rtol=1e-6)
    for mixture in MIXTURES:
        np.testing.assert_allclose(mixture[mixture > 0], 1 / np.count_nonzero(mixture), rtol=1e-6)
    assert MIXTURES[:4].tolist() == np.eye(4).tolist()
    assert CODES[:4] == BASES


@given(letters)
def test_case_and_u_do_not_matter(text):
    plain = text.upper().replace("U", "T")
    ids = step_of(Bases())(text).ragged.array
    assert "".join(CODES[index] for index in ids) == plain


@given(letters)
def test_both_strands_are_two_rows(text):
    batch = step_of(Bases(), Strands())(text, "A")
    forward, other, a, t = (list(row) for row in batch.ragged)
    turned = "".join(COMPLEMENTS[letter] for letter in reversed(text.upper().replace("U", "T")))
    assert "".join(CODES[index] for index in forward) == text.upper().replace("U", "T")
    assert "".join(CODES[index] for index in other) == turned
    assert (a, t) == ([CODES.index("A")], [CODES.index("T")])
    assert batch.rows.tolist() == [0, 0, 1, 1]


@given(letters)
def test_turned_twice_it_is_what_it_was(text):
    assert reverse_complement(reverse_complement(text)).upper() == text.upper().replace("U", "T")


@given(letters, st.sampled_from([0.0, 1.0]))
def test_training_records_are_turned(text, probability):
    record = Record("1", text, target="promoter", raw=b"x")
    turned = ReverseComplement(probability=probability).apply(record, np.random.default_rng(0))
    assert turned.payload == (reverse_complement(text) if probability else text)
    assert turned.target == "promoter"
    as_other = ReverseComplement(probability=probability, target="other").apply(record, np.random.default_rng(0))
    assert as_other.target == ("other" if probability else "promoter")
    assert ReverseComplement(labels=("other",), probability=1.0).apply(record, np.random.default_rng(0)) is record


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "file.fa:2: the sequence is empty (leave it out)"),
        (
            "ACGTE",
            "file.fa:2: 'E' at 5 is no base: is it a protein? (the codes are A C G T R Y S W K M B D H V N and U)",
        ),
        ("MKV*", "file.fa:2: '*' at 4 is no base: is it a protein? "),
        ("AC--GT", "file.fa:2: '-' at 3 is a gap (take gaps out of aligned sequences)"),
        ("AC GT", "file.fa:2: ' ' at 3 is no base "),
        ("ACé", "file.fa:2: 'é' at 3 is no base "),
        ("A\udcffC", "file.fa:2: '\\udcff' at 2 is no base "),
        ("A\U0001f9ecC", "file.fa:2: '\U0001f9ec' at 2 is no base "),
    ],
)
def test_what_is_no_sequence_is_named_with_its_place(text, message):
    with pytest.raises(RecordError) as error:
        step_of(Bases())("ACGT", text)
    assert str(error.value).startswith(message)


@pytest.mark.parametrize("text", ["ACG", "ACGTA"])
def test_another_length_is_refused_where_one_is_wanted(text):
    run = step_of(Bases(length=4))
    assert run("ACGT").ragged.lengths.tolist() == [4]
    with pytest.raises(RecordError, match=rf"file.fa:2: the sequence has {len(text)} bases, not 4 \(cut it"):
        run("ACGT", text)


def test_a_letter_in_a_later_piece_is_counted_from_the_first():
    step = Bases().build(Incoming(Spec("text")))
    _, state = step(Batch((Record("1", "ACGTACGT", "file.fa", 1, last=False),), final=False))
    with pytest.raises(RecordError, match="'E' at 10 is no base"):
        step(Batch((Record("1", "AE", "file.fa", 1),)), state)


def test_an_empty_last_piece_is_no_empty_sequence():
    step = Bases().build(Incoming(Spec("text")))
    _, state = step(Batch((Record("1", "ACGT", last=False),), final=False))
    out, _ = step(Batch((Record("1", ""),)), state)
    assert len(out.ragged.array) == 0


@pytest.mark.parametrize("stage", [OneHotBases(), Strands()])
def test_other_tokens_are_refused(stage):
    with pytest.raises(ConfigError, match=r"takes the tokens of dna.bases \(put the tokenizer dna.bases before it\)"):
        stage.build(Incoming(Spec("tokens", "int32", 15)))
