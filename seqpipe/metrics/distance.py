"""The edit distance of two sequences."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
import numpy.typing as npt

Int64 = npt.NDArray[np.int64]

BAND = 64
"""The first width of the band around the diagonal; it is doubled until the best alignment surely lies in it."""


def edit_distance(source: Sequence[Hashable], target: Sequence[Hashable]) -> int:
    """Return the least number of insertions, deletions and substitutions between two sequences (V. Levenshtein, 1966).

    Only a band around the diagonal is computed, and a wider one where that does not suffice (E. Ukkonen, 1985): the
    time is that of length times edits.

    Args:
        source, target: of anything that can be compared.
    """
    ids: dict[Hashable, int] = {}
    first, second = ([ids.setdefault(item, len(ids)) for item in sequence] for sequence in (source, target))
    band = max(BAND, abs(len(first) - len(second)))
    while True:
        edits = _banded(np.array(first, np.int64), np.array(second, np.int64), band)
        if edits <= band or band >= max(len(first), len(second)):
            return edits
        band *= 2


def _banded(source: Int64, target: Int64, band: int) -> int:
    """Align within ``band`` of the diagonal: the cell at place p of row r is column ``r - band + p``."""
    width = 2 * band + 1
    nowhere = np.iinfo(np.int64).max // 4
    steps = np.arange(width)
    column = np.arange(-band, band + 1)
    edits = np.where((column >= 0) & (column <= len(target)), column, nowhere)
    padded = np.concatenate([np.full(band + 1, -1), target, np.full(band + len(source) + 1, -1)])
    for row, item in enumerate(source.tolist(), 1):
        column = np.arange(row - band, row + band + 1)
        ending = padded[row : row + width]  # the item of the target that ends at each column
        diagonal = edits + (ending != item)
        above = np.append(edits[1:], nowhere) + 1
        best = np.minimum(diagonal, above)
        best[(column < 0) | (column > len(target))] = nowhere
        edits = np.minimum.accumulate(best - steps) + steps  # insertions, along the row
        edits[(column < 0) | (column > len(target))] = nowhere
    return int(edits[len(target) - len(source) + band])
