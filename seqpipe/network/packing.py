"""Sequences of a batch packed step by step, so that no work is spent on padding.

The sequences are sorted by length, longest first. Step 0 holds the first elements of all, step t the t-th elements of
those that are longer than t: the active rows stand together and shrink from step to step (PyTorch's PackedSequence).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from seqpipe.network.arrays import Int64


@dataclass(frozen=True, eq=False)
class Packing:
    """Where each element of each sequence stands.

    Attributes:
        order: the sequences from the longest to the shortest, equal lengths in their own order, (sequences,).
        batch_sizes: how many sequences are active at each step, descending, (steps,).
        starts: the packed position at which each step begins, and the total, (steps + 1,).
        gather: for each packed position, its index where the sequences stand one after the other, (total,).
    """

    order: Int64
    batch_sizes: Int64
    starts: Int64
    gather: Int64

    @classmethod
    def of(cls, lengths: npt.ArrayLike) -> Packing:
        """Return the packing of sequences of these lengths; a sequence may be empty, it is never active.

        Raises:
            ValueError: a length is negative.
        """
        length = np.asarray(lengths, np.int64)
        if length.ndim != 1 or (length < 0).any():
            raise ValueError("lengths must be one row of numbers, none of them negative")
        order = np.argsort(-length, kind="stable")
        steps = np.arange(length.max(initial=0))
        batch_sizes = length.size - np.searchsorted(length[order[::-1]], steps, side="right")
        starts = np.concatenate([[0], np.cumsum(batch_sizes)])
        row = np.arange(starts[-1]) - np.repeat(starts[:-1], batch_sizes)
        begins = np.cumsum(length) - length
        return cls(order, batch_sizes, starts, begins[order[row]] + np.repeat(steps, batch_sizes))

    def pack(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return values that stand sequence after sequence, (total, ...), in packed order."""
        return np.ascontiguousarray(values.take(self.gather, axis=0))

    def unpack(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return values that stand in packed order, (total, ...), sequence after sequence."""
        unpacked = np.empty_like(values)
        unpacked[self.gather] = values
        return unpacked

    def sort(self, rows: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return a copy of one row for each sequence, (sequences, ...), in the order of the packing."""
        return np.ascontiguousarray(rows.take(self.order, axis=0))

    def unsort(self, rows: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return one row for each sequence, (sequences, ...), from the order of the packing in their own order."""
        unsorted = np.empty_like(rows)
        unsorted[self.order] = rows
        return unsorted
