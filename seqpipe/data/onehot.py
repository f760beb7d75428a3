"""One-hot vectors that are never written out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from seqpipe.data.ragged import Array, Ragged


@dataclass(frozen=True, eq=False, slots=True)
class OneHot:
    """Sequences of one-hot vectors, kept as the index of the one.

    It stands for the 0/1 matrix with ``depth`` columns: a product with it gathers columns of the other matrix, so a
    dictionary of 10,000 words costs what one of 10 does. An id of -1 stands for the zero vector.

    Attributes:
        ids: int32; with a codebook, the row of it.
        depth: the length of a vector.
        codebook: float32, shape (codes, depth): mixtures, such as the 15 IUPAC codes over 4 bases; None for unit
            vectors.
    """

    ids: Ragged
    depth: int
    codebook: npt.NDArray[np.float32] | None = None

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def offsets(self) -> npt.NDArray[np.int64]:
        """Of the rows, as in `Ragged`."""
        return self.ids.offsets

    @property
    def lengths(self) -> npt.NDArray[np.int64]:
        """The length of each row: int64, shape (rows,)."""
        return self.ids.lengths

    @classmethod
    def concatenate(cls, parts: Sequence[OneHot]) -> OneHot:
        """Put the rows of several under one another; they are of one depth and codebook."""
        return parts[0].with_ids(Ragged.concatenate([part.ids for part in parts]))

    def slice(self, start: int, stop: int) -> OneHot:
        """Rows ``start`` to ``stop``."""
        return self.with_ids(self.ids.slice(start, stop))

    def select(self, rows: npt.NDArray[np.int64]) -> OneHot:
        """The given rows, in the given order."""
        return self.with_ids(self.ids.select(rows))

    def cut(self, begins: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]) -> OneHot:
        """A part of each row: ``row[begins[i]:ends[i]]``, both within the row."""
        return self.with_ids(self.ids.cut(begins, ends))

    def with_ids(self, ids: Ragged) -> OneHot:
        """Other vectors of the same depth and codebook."""
        return OneHot(ids, self.depth, self.codebook)

    def dense(self) -> Array:
        """The matrix that this stands for: float32, shape (total, depth). For tests and small things only."""
        ids = self.ids.array
        codes = np.eye(self.depth, dtype=np.float32) if self.codebook is None else self.codebook
        return np.where((ids >= 0)[:, None], codes[ids], np.float32(0))
