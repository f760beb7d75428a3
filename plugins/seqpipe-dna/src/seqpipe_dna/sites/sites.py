"""The decoder that finds sites among windows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from seqpipe import (
    Batch,
    ConfigError,
    Decoder,
    Incoming,
    LabelLearner,
    Learner,
    Names,
    Objective,
    Ragged,
    Record,
    RecordError,
    Step,
    Stretch,
    log_softmax,
)
from seqpipe_dna.sites.local_maxima import local_maxima
from seqpipe_dna.sites.sites_objective import SitesObjective

STRANDS: Mapping[int, str] = {1: "+", -1: "-"}

Float = npt.NDArray[np.float32]


class Sites(Decoder):
    """The windows that are a site, with strand and score; of those that overlap on a strand the best one.

    A site has the field ``sequence``, ``start`` and ``end`` (counted from zero on the forward strand, half-open),
    ``strand``, ``label`` and ``score``, the probability of its label. Windows that begin less than `apart` bases from
    a better one of their label and strand are left out, whether that one is left out itself or not: so the sites do
    not depend on how a sequence was cut.
    """

    name: ClassVar[str] = "dna.sites"
    adjustable: ClassVar[frozenset[str]] = frozenset({"threshold", "apart", "each"})

    labels: Names = Field((), description="in the order of the logits; none: learned from the training data")
    other: str = Field("other", description="the label of windows that are no site")
    threshold: float = Field(0.5, gt=0, lt=1, description="the least probability of a site")
    apart: int | None = Field(
        None, ge=1, description="bases that sites begin apart at least; none: as many as a window has"
    )
    each: Literal["site", "record"] = Field(
        "site", description="a result for each site, or one a record with its sites and the scores of all windows"
    )

    def learner(self, incoming: Incoming) -> Learner | None:
        """Gather the labels, unless they are given."""
        return None if self.labels else LabelLearner()

    def objective(self, incoming: Incoming) -> Objective:
        """Ask for one logit a label, for each window."""
        return SitesObjective(self._labels(incoming), self.other)

    def for_evaluation(self) -> Decoder:
        """Give the scores of all windows, which the metrics look at."""
        return self.model_copy(update={"each": "record"})

    def build(self, incoming: Incoming) -> Step:
        """Take logits, one position a window.

        Raises:
            ConfigError: something else comes in, or no label is that of a site.
        """
        spec = incoming.spec.require(self.name, "logits", pooled=True)
        if "windows" not in spec.columns:
            raise ConfigError(f"{self.name} needs windows that know their place", "put dna.windows before the encoder")
        return Step.of(spec.replace(kind="outputs"), partial(_find, labels=self._labels(incoming), sites=self))

    def _labels(self, incoming: Incoming) -> Sequence[str]:
        return self.labels or tuple(incoming.learned.get("labels", ()))


def _find(batch: Batch, labels: Sequence[str], sites: Sites) -> Batch:
    probabilities = np.exp(log_softmax(batch.ragged.array)).astype(np.float32)
    margins = _margins(batch.ragged.array)
    places = batch.column("windows", Ragged).array
    bounds = np.searchsorted(batch.rows, np.arange(len(batch.records) + 1)).tolist()
    outputs = []
    for record, begin, end in zip(batch.records, bounds, bounds[1:], strict=False):
        found = _Found(record, places[begin:end], margins[begin:end], probabilities[begin:end], labels, sites)
        outputs.append(tuple(found.sites()) if sites.each == "site" else (found.whole(),))
    return batch.replace(outputs=tuple(outputs))


def _margins(logits: Float) -> Float:
    """Return how much higher each logit is than all others together: the logarithm of the odds of its label."""
    others = [np.delete(logits, label, axis=1) for label in range(logits.shape[1])]
    margins = [logits[:, label] - np.logaddexp.reduce(of_others, axis=1) for label, of_others in enumerate(others)]
    return np.stack(margins, axis=1)


class _Found:
    """What is found in a record.

    Args:
        record: the sequence, or a stretch of one.
        places: where its windows lie, (windows, 3).
        margins: the logarithms of the odds of each label, (windows, labels): probabilities that are nearly 1 tie.
        probabilities: of each label, (windows, labels).
        labels: what the columns stand for.
        sites: the decoder.
    """

    def __init__(
        self,
        record: Record,
        places: npt.NDArray[np.int64],
        margins: Float,
        probabilities: Float,
        labels: Sequence[str],
        sites: Sites,
    ) -> None:
        self.stretch = record.stretch or Stretch(record.id, 0, 0, len(record.text))
        self.length = int(places[0, 1] - places[0, 0]) if len(places) else 0
        self.apart = sites.apart or self.length
        self.decoder = sites
        self.labels = {label: column for column, label in enumerate(labels) if label != sites.other}
        self._check_context(record)
        self._first = self.stretch.offset
        self._size = max(len(record.text) - self.length + 1, 0)
        self._begins = places[:, 0] - self._first
        self._strands = places[:, 2]
        self._margins, self._probabilities = margins, probabilities

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
        rows = rows[self._probabilities[rows, column] >= self.decoder.threshold]
        if not len(rows):
            return
        margins = np.full(self._size, -np.inf, np.float32)
        margins[self._begins[rows]] = self._margins[rows, column]
        best = local_maxima(margins, self.apart - 1)
        for row in rows[best[self._begins[rows]]].tolist():
            start = int(self._begins[row]) + self._first
            if self.stretch.begin <= start < self.stretch.end:
                yield start, float(self._probabilities[row, column])

    def _scores(self, label: str, strand: int) -> list[float | None]:
        """Return the score of the window that begins at each base; None where there is no window."""
        scores: list[float | None] = [None] * (self.stretch.end - self.stretch.begin)
        rows = np.flatnonzero(self._strands == strand)
        indices = self._begins[rows] + self._first - self.stretch.begin
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
