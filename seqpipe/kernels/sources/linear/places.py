"""Arrays that belong together, and where in them something stands: what inlined functions are given.

Numba unpacks named tuples when it compiles, so that they cost nothing.
"""

from typing import Any, NamedTuple


class Factor(NamedTuple):
    """Where the left factor of a product begins."""

    array: Any
    row: Any
    column: Any


class Place(NamedTuple):
    """Where values of several gates begin, and how many columns lie between one gate and the next."""

    array: Any
    row: Any
    column: Any
    gate: Any
