"""Edit distances, against the whole table filled in plain Python."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqpipe.metrics import distance, edit_distance

LETTERS = st.text("ACGT", max_size=20)


def naive(source: str, target: str) -> int:
    row = list(range(len(target) + 1))
    for i, one in enumerate(source, 1):
        diagonal, row[0] = row[0], i
        for j, other in enumerate(target, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (one != other))
    return row[-1]


@given(LETTERS, LETTERS)
def test_short_sequences(source, target):
    assert edit_distance(source, target) == naive(source, target)


@pytest.mark.parametrize("band", [1, 3])
def test_a_band_that_does_not_suffice_is_widened(monkeypatch, band):
    monkeypatch.setattr(distance, "BAND", band)
    chance = random.Random(1)
    for _ in range(50):
        source, target = ("".join(chance.choice("ACGT") for _ in range(chance.randint(0, 40))) for _ in range(2))
        assert edit_distance(source, target) == naive(source, target)


@pytest.mark.parametrize(
    ("source", "target", "edits"),
    [("kitten", "sitting", 3), ("", "abc", 3), ("abc", "", 3), ("", "", 0), ("intention", "execution", 5)],
)
def test_known_distances(source, target, edits):
    assert edit_distance(source, target) == edits


def test_items_may_be_words():
    assert edit_distance(["the", "cat", "sat"], ["the", "bat", "sat", "down"]) == 2
