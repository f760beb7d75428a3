"""Alignments, against the whole table filled in plain Python."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqpipe.metrics import align, alignment, edit_distance

BASES = st.text("ACGT", max_size=20)


def naive(source: str, target: str) -> tuple[int, int]:
    """Return (edits, matches) of the best alignment: least edits, then most matches."""
    table = {(0, 0): (0, 0)}
    for row in range(len(source) + 1):
        for column in range(len(target) + 1):
            ways = []
            if row:
                edits, matches = table[row - 1, column]
                ways.append((edits + 1, matches))
            if column:
                edits, matches = table[row, column - 1]
                ways.append((edits + 1, matches))
            if row and column:
                edits, matches = table[row - 1, column - 1]
                same = source[row - 1] == target[column - 1]
                ways.append((edits, matches - 1) if same else (edits + 1, matches))
            if ways:
                table[row, column] = min(ways)
    edits, matches = table[len(source), len(target)]
    return edits, -matches


@given(BASES, BASES)
def test_short_sequences(source, target):
    found = align(source, target)
    assert (found.edits, found.matches) == naive(source, target)
    assert found.columns == found.edits + found.matches


@pytest.mark.parametrize("band", [1, 3])
def test_a_band_that_does_not_suffice_is_widened(monkeypatch, band):
    monkeypatch.setattr(alignment, "BAND", band)
    chance = random.Random(1)
    for _ in range(50):
        source, target = ("".join(chance.choice("ACGT") for _ in range(chance.randint(0, 40))) for _ in range(2))
        assert (align(source, target).edits, align(source, target).matches) == naive(source, target)


@pytest.mark.parametrize(
    ("source", "target", "edits"),
    [("kitten", "sitting", 3), ("", "abc", 3), ("abc", "", 3), ("", "", 0), ("intention", "execution", 5)],
)
def test_known_distances(source, target, edits):
    assert edit_distance(source, target) == edits


def test_items_may_be_words():
    assert edit_distance(["the", "cat", "sat"], ["the", "bat", "sat", "down"]) == 2
