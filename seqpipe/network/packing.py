"""Sequences of a batch packed step by step, so that no work is spent on padding.

The sequences are sorted by length, longest first. Step 0 holds the first elements of all, step t the t-th elements of
those that are longer than t: the active rows stand together and shrink from step to step (PyTorch's PackedSequence).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from seqpipe.network.arrays import Int64


@dataclass(frozen=True, eq=False)
class Packing:
    """Where each element of each sequence stands.

    Attributes:
        lengths: of the sequences, (sequences,).
        order: the sequences from the longest to the shortest, equal lengths in their own order, (sequences,).
        batch_sizes: how many sequences are active at each step, descending, (steps,).
        starts: the packed position at which each step begins, and the total, (steps + 1,).
    """

    lengths: Int64
    order: Int64
    batch_sizes: Int64
    starts: Int64

    @classmethod
    def of(cls, lengths: npt.ArrayLike) -> Packing:
        """Return the packing of sequences of these lengths; a sequence may be empty, it is never active.

        Raises:
            ValueError: a length is negative.
        """
        length = np.asarray(lengths, np.int64)
        if length.ndim != 1:
            raise ValueError(_NOT_LENGTHS)
        if length.size <= FEW and max(few := tuple(length.tolist()), default=0) <= SHORT:
            return _recent(few)
        return _packed(length)

    @cached_property
    def gather(self) -> Int64:
        """For each packed position, its index where the sequences stand one after the other, (total,)."""
        row = np.arange(self.starts[-1]) - np.repeat(self.starts[:-1], self.batch_sizes)
        begins = np.cumsum(self.lengths) - self.lengths
        gather: Int64 = begins[self.order[row]] + np.repeat(np.arange(self.batch_sizes.size), self.batch_sizes)
        return gather

    @cached_property
    def is_sorted(self) -> bool:
        """Whether the sequences are in the order of the packing already."""
        return self.order.size < 2 or bool((self.order[1:] > self.order[:-1]).all())

    @cached_property
    def total(self) -> int:
        """How many positions there are."""
        return int(self.starts[-1])

    @cached_property
    def widest(self) -> int:
        """How many sequences are active at the first step."""
        return int(self.batch_sizes[0]) if self.batch_sizes.size else 0

    def pack(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return values that stand sequence after sequence, (total, ...), in packed order; themselves if it is theirs.

        A single sequence is in packed order.
        """
        if self.order.size == 1:
            return np.ascontiguousarray(values)
        return np.ascontiguousarray(values.take(self.gather, axis=0))

    def unpack(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return values that stand in packed order, (total, ...), sequence after sequence; the opposite of `pack`."""
        if self.order.size == 1:
            return values
        unpacked = np.empty_like(values)
        unpacked[self.gather] = values
        return unpacked

    def sort(self, rows: npt.NDArray[Any], axis: int = 0) -> npt.NDArray[Any]:
        """Return a copy of one row for each sequence, along an axis, in the order of the packing."""
        if self.is_sorted:
            return rows.copy()
        return np.ascontiguousarray(rows.take(self.order, axis))

    def unsort(self, rows: npt.NDArray[Any], axis: int = 0) -> npt.NDArray[Any]:
        """Return one row for each sequence, along an axis, from the order of the packing in their own order."""
        if self.is_sorted:
            return rows
        return np.ascontiguousarray(rows.take(self._places, axis))

    @cached_property
    def _places(self) -> Int64:
        """Where each sequence stands in the order of the packing, (sequences,)."""
        positions = np.empty_like(self.order)
        positions[self.order] = np.arange(self.order.size)
        return positions


_NOT_LENGTHS = "lengths must be one row of numbers, none of them negative"
FEW, SHORT = 64, 4096  # sequences, and their lengths, of packings that are kept for a while


@lru_cache(maxsize=16)
def _recent(lengths: tuple[int, ...]) -> Packing:
    """Return the packing of a few short sequences: whoever goes step by step, or in chunks, asks for it again."""
    return _packed(np.array(lengths, np.int64))


def _packed(length: Int64) -> Packing:
    """Return the packing of sequences of these lengths."""
    shortest, longest = (int(length.min()), int(length.max())) if length.size else (0, 0)
    if shortest < 0:
        raise ValueError(_NOT_LENGTHS)
    if shortest == longest:
        sizes = np.full(longest, length.size)
        return Packing(length, np.arange(length.size), sizes, np.arange(longest + 1) * length.size)
    order = np.argsort(-length, kind="stable")
    batch_sizes = length.size - np.searchsorted(length[order[::-1]], np.arange(longest), side="right")
    return Packing(length, order, batch_sizes, np.concatenate([[0], np.cumsum(batch_sizes)]))
