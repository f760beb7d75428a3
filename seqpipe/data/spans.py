"""Where positions lie in their source, also when a sequence comes in pieces."""

from __future__ import annotations

import numpy as np

from seqpipe.data.ragged import Offsets, Ragged, indices_of_ranges


def unit_spans(offsets: Offsets, seen: Offsets | None) -> Ragged:
    """Return spans of one source position each: int64, shape (total, 2).

    Args:
        offsets: of the rows.
        seen: how many positions of each row came in pieces before; None: none.
    """
    first = indices_of_ranges(0 if seen is None else seen, np.diff(offsets))
    return Ragged(np.stack([first, first + 1], axis=1), offsets)


def seen_after(offsets: Offsets, seen: Offsets | None) -> Offsets:
    """Return how many positions of each row have been seen after this piece."""
    lengths = np.diff(offsets)
    return lengths if seen is None else seen + lengths


def row_extents(spans: Ragged) -> Ragged:
    """Return where each row begins and ends in its source: one position a row, shape (rows, 2); empty rows (0, 0)."""
    flat, begin, end = spans.array.reshape(-1, 2), spans.offsets[:-1], spans.offsets[1:]
    extents = np.zeros((len(spans), 2), np.int64)
    filled = begin < end
    if np.count_nonzero(filled) < len(filled):
        extents[filled, 0], extents[filled, 1] = flat[begin[filled], 0], flat[end[filled] - 1, 1]
    else:
        extents[:, 0], extents[:, 1] = flat[begin, 0], flat[end - 1, 1]
    return Ragged(extents, np.arange(len(spans) + 1))
