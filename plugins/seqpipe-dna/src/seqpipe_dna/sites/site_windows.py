"""Every window of a sequence, on both strands."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view
from pydantic import Field

from seqpipe import Batch, Incoming, Ragged, Record, RecordError, Share, Spec, Step, Tokenizer
from seqpipe_dna.sequences.iupac import BASES, COMPLEMENT_IDS
from seqpipe_dna.sequences.one_hot_bases import require_bases

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]

MOST_WINDOWS = 1 << 20
"""Of one record: what they are made of takes some hundred bytes each."""


class SiteWindows(Tokenizer):
    """Cuts each sequence of bases into windows, on both strands: each is read in the direction of its strand.

    The column ``windows`` says where each lies: its first and last base and one more, counted from zero on the forward
    strand of the whole sequence, and the strand, 1 or -1.
    """

    name: ClassVar[str] = "dna.windows"
    adjustable: ClassVar[frozenset[str]] = frozenset({"stride", "unknown"})

    length: int = Field(ge=1, description="bases in a window")
    stride: int = Field(1, ge=1, description="bases from one window to the next, counted from the sequence's first")
    unknown: Share = Field(
        0.1, description="a window of which a larger share is neither A, C, G nor T is left out, at no cost"
    )

    def build(self, incoming: Incoming) -> Step:
        """Take the tokens of `dna.bases`; give the same in more rows.

        A sequence that is shorter than a window has none. Its step raises a `RecordError` for one that is too long to
        come in one.

        Raises:
            ConfigError: something else comes in.
        """
        spec = require_bases(self.name, incoming.spec)
        columns = {"windows": Spec("windows", "int64", 3)}
        return Step.of(spec.replace(columns=columns, streamable=False), partial(_cut, windows=self))


def _cut(batch: Batch, windows: SiteWindows) -> Batch:
    parts = [_of_record(record, ids, windows) for record, ids in zip(batch.records, batch.ragged, strict=True)]
    places = [np.empty((0, 3), np.int64), *(places for _, places in parts)]
    counts = [len(of_record) for of_record in places[1:]]
    ids = np.concatenate([np.empty(0, np.int32), *(rows.ravel() for rows, _ in parts)])
    return batch.replace(
        sequence=Ragged(ids, np.arange(sum(counts) + 1, dtype=np.int64) * windows.length),
        columns={"windows": Ragged(np.concatenate(places), np.arange(sum(counts) + 1, dtype=np.int64))},
        rows=np.repeat(np.arange(len(counts), dtype=np.int64), counts),
    )


def _of_record(record: Record, ids: Int32, windows: SiteWindows) -> tuple[Int32, Int64]:
    """Return the windows of a record, (windows, length), and where they lie: all forward ones, then all others."""
    length, stretch = windows.length, record.stretch
    offset = stretch.offset if stretch else 0
    _check(record, len(ids), windows)
    if len(ids) < length:
        return np.empty((0, length), np.int32), np.empty((0, 3), np.int64)
    known = np.concatenate([[0], np.cumsum(ids < len(BASES))])
    enough = known[length:] - known[:-length] >= length - int(windows.unknown * length)
    begins = np.flatnonzero(enough)
    begins = begins[(begins + offset) % windows.stride == 0]
    forward = sliding_window_view(ids, length)[begins]
    both = np.concatenate([forward, COMPLEMENT_IDS[forward[:, ::-1]]])
    places = np.empty((2, len(begins), 3), np.int64)
    places[:, :, 0] = begins + offset
    places[:, :, 1] = begins + offset + length
    places[:, :, 2] = [[1], [-1]]
    return both, places.reshape(-1, 3)


def _check(record: Record, size: int, windows: SiteWindows) -> None:
    """Check that a record has not too many windows.

    Raises:
        RecordError: it has.
    """
    if 2 * size // windows.stride > MOST_WINDOWS:
        what = f"{size:,} bases at once are too many for windows at every {windows.stride}"
        raise RecordError(what, "let the reader cut the sequence: `stretch: 16384`", record.location)
