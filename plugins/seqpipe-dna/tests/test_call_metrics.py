"""Identity and rates of errors, against figures worked out by hand and a table filled in plain Python."""

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqpipe import Record
from seqpipe_dna.calls.call_metrics import call_metrics
from seqpipe_dna.calls.read_alignment import DELETION, INSERTION, MATCH, MISMATCH, align_reads

BASES = st.text("ACGT", max_size=30)


def measured(*pairs):
    """Return the figures of (called, true) reads."""
    figures = {}
    for metric in call_metrics():
        counts = [metric.count(Record("r", None, target=true), [{"sequence": called}]) for called, true in pairs]
        figures[metric.name] = metric.value([sum(column) for column in zip(*counts, strict=True)])
    return figures


def test_figures_by_hand():
    #   ACGTTGCATGCCCAT-TGACG    true
    #   ACATTGCATG-CCATCTGACG    called
    figures = measured(("ACATTGCATGCCATCTGACG", "ACGTTGCATGCCCATTGACG"))
    assert list(figures)[:4] == ["identity", "insertion", "deletion", "mismatch"]
    assert figures["identity"] == 18 / 21
    assert figures["insertion"] == figures["deletion"] == figures["mismatch"] == 1 / 21
    assert figures["identity_by_homopolymer.1"] == 12 / 13
    assert figures["identity_by_homopolymer.2"] == 4 / 5  # with the inserted C
    assert figures["identity_by_homopolymer.3"] == 2 / 3


def test_reads_are_summed_first():
    figures = measured(("A" * 90, "A" * 90), ("", "C" * 10))
    assert figures["identity"] == 0.9
    assert figures["deletion"] == 0.1
    assert figures["identity_by_homopolymer.5+"] == 0.9


@pytest.mark.parametrize("called", ["GAAAAC", "GAAAC", "GAAAAAC"])
def test_errors_in_a_homopolymer_are_the_homopolymers(called):
    figures = measured((called, "GAAAAC"))
    assert figures["identity_by_homopolymer.1"] == 1
    assert figures["identity_by_homopolymer.4"] == pytest.approx(min(called.count("A"), 4) / max(called.count("A"), 4))


@given(BASES, BASES)
def test_columns_are_those_of_an_alignment_with_the_fewest_edits(called, true):
    alignment = align_reads(called, true)
    assert alignment.count(MATCH, MISMATCH, INSERTION) == len(called)
    assert alignment.count(MATCH, MISMATCH, DELETION) == len(true)
    assert alignment.count(MISMATCH, INSERTION, DELETION) == distance(called, true)
    mine, its = iter(called), iter(true)
    for kind in alignment.columns:
        first = next(mine) if kind != DELETION else None
        second = next(its) if kind != INSERTION else None
        assert (first == second) == (kind == MATCH)
    if true:
        assert len(alignment.runs_of_columns()) == alignment.count()


def distance(first, second):
    row = list(range(len(second) + 1))
    for i, one in enumerate(first, 1):
        diagonal, row[0] = row[0], i
        for j, other in enumerate(second, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (one != other))
    return row[-1]


def test_a_record_without_results_is_all_deletions():
    identity, _, deletion, *_ = call_metrics()
    record = Record("r", None, target="acgt")
    assert list(identity.count(record, ())) == [0, 4]
    assert list(deletion.count(record, ())) == [4, 4]
    assert list(identity.count(record, [{"sequence": "ACGT"}])) == [4, 4]  # the truth may be in lower case


def test_whole_reads_of_50_000_bases_take_a_moment():
    chance = random.Random(1)
    true = "".join(chance.choices("ACGT", k=50_000))
    called = "".join(chance.choice(("", base, base, base, base, base, base, base, base, "A")) for base in true)
    begin = time.process_time()
    figures = measured((called, true))
    assert time.process_time() - begin < 5
    assert 0.8 < figures["identity"] < 0.9
    assert sum(figures[name] for name in ("identity", "insertion", "deletion", "mismatch")) == pytest.approx(1)
