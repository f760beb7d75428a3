"""The global alignment of a called read with its true bases, by RapidFuzz (H. Hyyrö, 2003; D. Hirschberg, 1975)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import Levenshtein

Bases = npt.NDArray[np.uint32]
"""Letters by their code points."""
Int64 = npt.NDArray[np.int64]

MATCH, MISMATCH, INSERTION, DELETION = b"=XID"
"""The columns of an alignment, as extended CIGAR strings have them: an insertion is in the called read alone."""

_KINDS = {"equal": MATCH, "replace": MISMATCH, "delete": INSERTION, "insert": DELETION}
"""Columns by what makes the true bases of the called ones."""


@dataclass(frozen=True, eq=False, slots=True)
class ReadAlignment:
    """The columns of an alignment from the first base to the last of both sequences: no end is free.

    Attributes:
        columns: `MATCH`, `MISMATCH`, `INSERTION` or `DELETION`, shape (columns,).
        true: the true bases as letters, shape (bases,).
        called: the called ones.
    """

    columns: npt.NDArray[np.uint8]
    true: Bases
    called: Bases

    def count(self, *kinds: int) -> int:
        """Return how many columns are of these kinds; without any, how many there are."""
        return int(np.isin(self.columns, kinds).sum()) if kinds else len(self.columns)

    def runs_of_columns(self) -> Int64:
        """Return for each column the index of the run of equal true bases that it belongs to; see `runs`.

        An inserted base belongs to the run beside it of the same base, else to the run before it. There
        has to be a true base.
        """
        of_base = runs(self.true)
        inserted = self.columns == INSERTION
        last = np.cumsum(~inserted) - 1  # the last true base that is no later than the column
        before = of_base[np.maximum(last, 0)]
        following = np.minimum(last + 1, len(of_base) - 1)
        letters = np.zeros(len(self.columns), np.uint32)
        letters[self.columns != DELETION] = self.called
        same = inserted & (self.true[following] == letters)
        of_column: Int64 = np.where(same, of_base[following], before)
        return of_column


def runs(bases: Bases) -> Int64:
    """Return for each base the index of its run, which is a longest stretch of one and the same base."""
    return np.cumsum(np.concatenate([[0], bases[1:] != bases[:-1]]))[: len(bases)]


@lru_cache(maxsize=2)  # several metrics look at one read, one after the other
def align_reads(called: str, true: str) -> ReadAlignment:
    """Align a called read with its true bases by the least number of edits; time is that of length times edits."""
    of_called, of_true = (np.frombuffer(text.encode("utf-32-le"), np.uint32) for text in (called, true))
    stretches = [
        (_KINDS[edit.tag], max(edit.src_end - edit.src_start, edit.dest_end - edit.dest_start))
        for edit in Levenshtein.opcodes(called, true)
    ]
    kinds = np.array([kind for kind, _ in stretches], np.uint8)
    return ReadAlignment(kinds.repeat([length for _, length in stretches]), of_true, of_called)
