"""A label for each position, merged into segments."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from seqpipe.builtin.decoders.label_decoder import LabelDecoder
from seqpipe.builtin.objectives import ClassificationObjective
from seqpipe.contracts import Comparison, Incoming, Objective, State, Step
from seqpipe.contracts.fields import Names
from seqpipe.data import Batch, Ragged, Spec
from seqpipe.data.ragged import Array
from seqpipe.errors import ConfigError
from seqpipe.metrics import LabelComparison, accuracy
from seqpipe.network.sampling import softmax


class Segments(LabelDecoder):
    """Stretches of a record that have the same label, each given as soon as it ends.

    Positions are frames of a sequence or windows of it; what is unlikely, and what carries an ignored label, is no
    segment, so that of an endless sequence only what was looked for comes out.
    """

    name: ClassVar[str] = "core.segments"
    adjustable: ClassVar[frozenset[str]] = frozenset({"ignore", "threshold"})

    each: Literal["position", "window"] = Field("position", description="what has a label")
    ignore: Names = Field((), description="labels that are not given")
    threshold: float = Field(0.0, ge=0, le=1, description="the least probability of a label that counts")

    @property
    def labels_positions(self) -> bool:
        """Whether each position has a label, rather than each window."""
        return self.each == "position"

    @property
    def gives(self) -> str:
        """Stretches of the sequence, each with its label."""
        return "segments"

    def objective(self, incoming: Incoming) -> Objective:
        """Ask for one logit a label, at each position or for each window."""
        labels = self.labels_of(incoming)
        metrics = (accuracy("label"),) if self.each == "window" else ()
        return ClassificationObjective(labels, pooled=self.each == "window", metrics=metrics)

    def comparison(self, incoming: Incoming) -> Comparison | None:
        """Compare the label of a record of one window."""
        return LabelComparison("label", self.labels_of(incoming)) if self.each == "window" else None

    def build(self, incoming: Incoming) -> Step:
        """Take logits of positions that know their spans in the source."""
        spec = incoming.spec.require(self.name, "logits", pooled=self.each == "window")
        if "spans" not in spec.columns:
            raise ConfigError(
                f"{self.name} needs positions that know where they stand in the source",
                "begin with a tokenizer that keeps spans",
            )
        labels = self.labels_of(incoming)
        return _Merge(spec.replace(kind="outputs"), labels, self)


class _Merge(Step):
    """State: the segment of each record that has not ended."""

    remembers = list[dict[str, Any] | None]

    def __init__(self, spec: Spec, labels: tuple[str, ...], decoder: Segments) -> None:
        self.spec = spec
        self.labels = labels
        self.threshold = decoder.threshold
        self._ignored = np.array([label in decoder.ignore for label in labels] or [False])

    def __call__(self, batch: Batch, state: State = None) -> tuple[Batch, State]:
        logits, spans = batch.ragged, batch.column("spans", Ragged)
        probabilities = softmax(logits.array)
        rows_of = np.repeat(batch.rows, logits.lengths)
        borders = np.searchsorted(rows_of, np.arange(len(batch.records) + 1))
        before = state or [None] * len(batch.records)
        outputs, after = [], []
        for record, begin, end, carried in zip(batch.records, borders[:-1], borders[1:], before, strict=True):
            done, segment = self._merge(probabilities[begin:end], spans.array[begin:end], carried)
            if record.last and segment:
                done.append(segment)
                segment = None
            outputs.append(tuple(done))
            after.append(segment)
        return batch.replace(outputs=tuple(outputs)), after

    def _merge(
        self, probabilities: Array, spans: Array, segment: dict[str, Any] | None
    ) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
        """Return the segments of one record that have ended, and the one that has not."""
        best = np.argmax(probabilities, axis=1)
        highest = probabilities[np.arange(len(best)), best]
        labels = np.where((highest >= self.threshold) & ~self._ignored[best], best, -1)
        borders = np.flatnonzero(np.diff(labels, prepend=-2)).tolist()
        done: list[dict[str, Any]] = []
        for begin, end in pairwise([*borders, len(labels)]):
            now = None
            if labels[begin] >= 0:
                now = {
                    "label": self.labels[labels[begin]],
                    "start": int(spans[begin, 0]),
                    "stop": int(spans[end - 1, 1]),
                    "score": float(highest[begin:end].max()),
                }
            if segment and now and now["label"] == segment["label"]:
                score = max(now["score"], segment["score"])
                segment = {**now, "start": segment["start"], "score": score}
                continue
            if segment:
                done.append(segment)
            segment = now
        return done, segment
