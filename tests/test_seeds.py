"""Seeds from numbers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from seqpipe.seeds import mixed_seed

WORDS = st.integers(-(2**63), 2**64 - 1)


def test_one_number_is_a_step_of_splitmix64():
    """The first output of the reference implementation for the seed 1234567 (Rosetta Code, Pseudo-random numbers)."""
    assert mixed_seed(1234567) == 6457827717110365317 >> 1


@given(st.lists(WORDS, max_size=4), st.integers(0, 63))
def test_every_number_and_its_place_count(numbers, bit):
    seed = mixed_seed(*numbers)
    assert 0 <= seed < 2**63
    assert mixed_seed(*numbers, 0) != seed
    for place in range(len(numbers)):
        changed = [number ^ (1 << bit) if index == place else number for index, number in enumerate(numbers)]
        assert mixed_seed(*changed) != seed


def test_small_numbers_that_differ_by_one_have_seeds_that_share_half_of_their_bits():
    shared = [(mixed_seed(3, step) ^ mixed_seed(3, step + 1)).bit_count() for step in range(1000)]
    assert 31 < sum(shared) / len(shared) < 32.5
