"""Global alignment of two sequences, by the least number of edits."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Int64 = npt.NDArray[np.int64]

BAND = 64
"""The first width of the band around the diagonal; it is doubled until the alignment surely lies in it."""

_EDIT = 1 << 32
"""What an edit costs; a match gains 1, so that of alignments with as few edits the one with most matches is found."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """How two sequences correspond.

    Attributes:
        edits: insertions, deletions and substitutions, as few as there can be (V. Levenshtein, 1966).
        matches: positions that are equal, as many as there can be with so few edits.
    """

    edits: int
    matches: int

    @property
    def columns(self) -> int:
        """How long the alignment is."""
        return self.edits + self.matches


def align(source: Sequence[Hashable], target: Sequence[Hashable]) -> Alignment:
    """Align two sequences of anything that can be compared.

    Only a band around the diagonal is computed, and a wider one where that does not suffice (E. Ukkonen, 1985): the
    time is that of length times edits.
    """
    ids: dict[Hashable, int] = {}
    first, second = ([ids.setdefault(item, len(ids)) for item in sequence] for sequence in (source, target))
    band = max(BAND, abs(len(first) - len(second)))
    while True:
        alignment = _banded(np.array(first, np.int64), np.array(second, np.int64), band)
        if alignment.edits <= band or band >= max(len(first), len(second)):
            return alignment
        band *= 2


def edit_distance(source: Sequence[Hashable], target: Sequence[Hashable]) -> int:
    """Return the least number of insertions, deletions and substitutions between two sequences (Levenshtein)."""
    return align(source, target).edits


def _banded(source: Int64, target: Int64, band: int) -> Alignment:
    """Align within ``band`` of the diagonal: the cell at place p of row r is column ``r - band + p``."""
    width = 2 * band + 1
    nowhere = np.iinfo(np.int64).max // 4
    steps = _EDIT * np.arange(width)
    column = np.arange(-band, band + 1)
    costs = np.where((column >= 0) & (column <= len(target)), _EDIT * column, nowhere)
    padded = np.concatenate([np.full(band + 1, -1), target, np.full(band + len(source) + 1, -1)])
    for row, item in enumerate(source.tolist(), 1):
        column = np.arange(row - band, row + band + 1)
        ending = padded[row : row + width]  # the item of the target that ends at each column
        diagonal = costs + np.where(ending == item, -1, _EDIT)
        above = np.append(costs[1:], nowhere) + _EDIT
        best = np.minimum(diagonal, above)
        best[(column < 0) | (column > len(target))] = nowhere
        costs = np.minimum.accumulate(best - steps) + steps  # insertions, along the row
        costs[(column < 0) | (column > len(target))] = nowhere
    cost = int(costs[len(target) - len(source) + band])
    edits = -(-cost // _EDIT)
    return Alignment(edits, edits * _EDIT - cost)
