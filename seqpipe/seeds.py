"""Seeds of what is random, from the numbers that it depends on."""

from __future__ import annotations

_MASK = (1 << 64) - 1


def mixed_seed(*numbers: int) -> int:
    """Return a seed that depends on every one of the numbers and on their order: from 0 to below 2^63.

    Each number goes through a step of SplitMix64 (G. Steele, D. Lea, C. Flood, 2014), in which every bit of the input
    changes about half of the bits that come out. The same numbers give the same seed on any machine and in any process.
    """
    state = 0
    for number in numbers:
        state = _step(state ^ (number & _MASK))
    return state >> 1


def _step(state: int) -> int:
    mixed = (state + 0x9E3779B97F4A7C15) & _MASK
    mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
    return mixed ^ (mixed >> 31)
