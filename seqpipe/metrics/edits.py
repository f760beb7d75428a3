"""The edits that make one sequence of another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt


class Edit(NamedTuple):
    """A column of an alignment.

    Attributes:
        true: the item of the true sequence; None: an item was inserted.
        given: that of the given one; None: an item was deleted.
    """

    true: str | None
    given: str | None


def edits(true: Sequence[str], given: Sequence[str]) -> list[Edit]:
    """Return an alignment with the fewest edits, column by column, with the columns that are equal.

    Of several, that in which items are replaced rather than deleted and inserted. Memory is that of the product of both
    lengths.
    """
    table = _distances(true, given)
    row, column = len(true), len(given)
    found: list[Edit] = []
    while row or column:
        here = table[row, column]
        if row and column and here == table[row - 1, column - 1] + (true[row - 1] != given[column - 1]):
            row, column = row - 1, column - 1
            found.append(Edit(true[row], given[column]))
        elif row and here == table[row - 1, column] + 1:
            row -= 1
            found.append(Edit(true[row], None))
        else:
            column -= 1
            found.append(Edit(None, given[column]))
    return found[::-1]


def _distances(true: Sequence[str], given: Sequence[str]) -> npt.NDArray[np.int32]:
    """Return the edit distance of each beginning of one and each beginning of the other."""
    ids: dict[str, int] = {}
    rows, columns = (np.array([ids.setdefault(item, len(ids)) for item in items], np.int32) for items in (true, given))
    steps = np.arange(len(columns) + 1, dtype=np.int32)
    table = np.empty((len(rows) + 1, len(columns) + 1), np.int32)
    table[0] = steps
    for index, item in enumerate(rows.tolist()):
        before, here = table[index], table[index + 1]
        here[0] = index + 1
        here[1:] = np.minimum(before[:-1] + (columns != item), before[1:] + 1)
        here[:] = np.minimum.accumulate(here - steps) + steps  # insertions, along the row
    return table
