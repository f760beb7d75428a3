"""The sites of a record, and the scores of its windows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from seqpipe import Record, RecordError, Stretch
from seqpipe_dna.sites.local_maxima import local_maxima

STRANDS: Mapping[int, str] = {1: "+", -1: "-"}

Float = npt.NDArray[np.float32]


class ScoredWindows(NamedTuple):
    """Windows of a record and what the network says of them.

    Attributes:
        places: first base, last base and one more, strand: (windows, 3).
        margins: the logarithms of the odds of each label, (windows, labels): probabilities that are nearly 1 tie.
        probabilities: of each label, (windows, labels).
    """

    places: npt.NDArray[np.int64]
    margins: Float
    probabilities: Float


class FoundSites:
    """What is found in a record.

    Args:
        record: the sequence, or a stretch of one.
        windows: those that lie in it.
        labels: of sites, each with its column.
        threshold: the least probability of a site.
        apart: bases that sites begin apart at least; None: a window's length.
    """

    def __init__(
        self, record: Record, windows: ScoredWindows, labels: Mapping[str, int], threshold: float, apart: int | None
    ) -> None:
        places = windows.places
        self.stretch = record.stretch or Stretch(record.id, 0, 0, len(record.text))
        self.length = int(places[0, 1] - places[0, 0]) if len(places) else 0
        self.apart = apart or self.length
        self.labels = labels
        self.threshold = threshold
        self._check_context(record)
        self._size = max(len(record.text) - self.length + 1, 0)
        self._begins = places[:, 0] - self.stretch.offset
        self._strands = places[:, 2]
        self._margins, self._probabilities = windows.margins, windows.probabilities

    def sites(self) -> Iterator[dict[str, Any]]:
        """Yield the sites that begin in the part that the record answers for, in order."""
        found = [
            (start, label, sign, score)
            for label in self.labels
            for strand, sign in STRANDS.items()
            for start, score in self._of(label, strand)
        ]
        for start, label, sign, score in sorted(found):
            yield {
                "sequence": self.stretch.whole,
                "start": start,
                "end": start + self.length,
                "strand": sign,
                "label": label,
                "score": score,
            }

    def whole(self) -> dict[str, Any]:
        """Return all sites, and the score of each window that begins in the part that the record answers for."""
        return {
            "sequence": self.stretch.whole,
            "start": self.stretch.begin,
            "end": self.stretch.end,
            "window": self.length,
            "sites": list(self.sites()),
            "scores": {
                label: {sign: self._scores(label, strand) for strand, sign in STRANDS.items()} for label in self.labels
            },
        }

    def _of(self, label: str, strand: int) -> Iterator[tuple[int, float]]:
        """Yield start and score of the sites of a label on a strand."""
        rows, column = np.flatnonzero(self._strands == strand), self.labels[label]
        rows = rows[self._probabilities[rows, column] >= self.threshold]
        if not len(rows):
            return
        margins = np.full(self._size, -np.inf, np.float32)
        margins[self._begins[rows]] = self._margins[rows, column]
        best = local_maxima(margins, self.apart - 1)
        for row in rows[best[self._begins[rows]]].tolist():
            start = int(self._begins[row]) + self.stretch.offset
            if self.stretch.begin <= start < self.stretch.end:
                yield start, float(self._probabilities[row, column])

    def _scores(self, label: str, strand: int) -> list[float | None]:
        """Return the score of the window that begins at each base; None where there is no window."""
        scores: list[float | None] = [None] * (self.stretch.end - self.stretch.begin)
        rows = np.flatnonzero(self._strands == strand)
        indices = self._begins[rows] + self.stretch.offset - self.stretch.begin
        for index, score in zip(indices.tolist(), self._probabilities[rows, self.labels[label]].tolist(), strict=True):
            if 0 <= index < len(scores):
                scores[index] = score
        return scores

    def _check_context(self, record: Record) -> None:
        """Check that what overlaps the sites of a stretch was seen.

        Raises:
            RecordError: it was not.
        """
        needed = self.length + self.apart - 2
        context = self.stretch.begin - self.stretch.offset
        if context < min(needed, self.stretch.begin):
            what = f"{context:,} bases around a stretch are too few for windows of {self.length}"
            raise RecordError(what, f"give the reader `context: {needed}`", record.location)
