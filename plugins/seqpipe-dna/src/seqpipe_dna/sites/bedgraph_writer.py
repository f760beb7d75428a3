"""The writer of scores along a sequence: bedGraph."""

from __future__ import annotations

from functools import reduce
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from pydantic import Field

from seqpipe import Layout, Record, RecordError, Writer
from seqpipe_dna.sites.score_fields import Float, scores_of


class WriteBedGraph(Writer):
    """Scores along a sequence in bedGraph, each at the middle of its window; runs of equal ones are a line.

    It needs `each: record` of `dna.sites`. A file has one track, which may have one value for each base: that of one
    strand, or the higher one.
    """

    name: ClassVar[str] = "dna.bedgraph"
    suffix: ClassVar[str] = ".bedgraph"
    media_type: ClassVar[str] = "text/x-bedgraph"

    label: str | None = Field(None, description="whose score; none: the highest of all")
    strand: str = Field("both", pattern=r"^([+-]|both)$", description="+, - or both: the higher score of the two")
    digits: int = Field(3, ge=1, le=6, description="decimal places of a score")

    def begin(self, first: Record | None) -> tuple[bytes, Layout]:
        """Return the line that declares the track."""
        return f'track type=bedGraph name="{self.label or "seqpipe"}"\n'.encode(), None

    def encode(self, record: Record, layout: Layout = None) -> bytes:
        """Return the lines of a stretch, or of a sequence.

        Raises:
            RecordError: the result has no scores, or none of the label.
        """
        scores = scores_of(record)
        if self.label is not None and self.label not in scores.of_label:
            known = ", ".join(scores.of_label)
            raise RecordError(f"no scores of {self.label!r}", f"the labels are {known}", record.location)
        wanted = [self.label] if self.label is not None else list(scores.of_label)
        values = np.concatenate([self._of_strands(scores.of_label[label]) for label in wanted])
        if not scores.size:
            return b""
        track: Float = np.round(reduce(np.fmax, values), self.digits)  # NaN only where all are
        begins = np.flatnonzero(np.r_[True, ~_same(track[1:], track[:-1])])
        ends = np.r_[begins[1:], len(track)]
        place = scores.start + scores.middle
        return "".join(
            f"{scores.sequence}\t{begin + place}\t{end + place}\t{value:.{self.digits}g}\n"
            for begin, end, value in zip(begins.tolist(), ends.tolist(), track[begins].tolist(), strict=True)
            if value == value  # noqa: PLR0124 - not NaN
        ).encode()

    def _of_strands(self, scores: Float) -> Float:
        return scores if self.strand == "both" else scores[["+-".index(self.strand)]]


def _same(first: Float, second: Float) -> npt.NDArray[np.bool_]:
    same: npt.NDArray[np.bool_] = (first == second) | (np.isnan(first) & np.isnan(second))
    return same
