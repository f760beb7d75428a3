"""One label a record, with the probabilities of all."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from seqpipe.builtin.decoders.label_decoder import LabelDecoder
from seqpipe.builtin.objectives import ClassificationObjective
from seqpipe.contracts import Incoming, Objective, Step
from seqpipe.contracts.fields import Share
from seqpipe.data import Batch
from seqpipe.metrics import accuracy, macro_f1, mcc, sensitivity, specificity
from seqpipe.network.sampling import softmax


class Labels(LabelDecoder):
    """The likeliest label of each record, and the probability of each label."""

    name: ClassVar[str] = "core.labels"
    adjustable: ClassVar[frozenset[str]] = frozenset({"field", "probabilities", "smoothing", "positive", "average"})

    field: str = Field("label", description="the name of the result")
    probabilities: bool = Field(True, description="also give the probability of each label")
    smoothing: Share = Field(0.0, description="label smoothing, in training")
    positive: str | None = Field(
        None, description="the label that is sought: `seqpipe evaluate` gives sensitivity and specificity"
    )
    average: bool = Field(
        False, description="one result for a record of several rows, such as its two strands: of their mean logits"
    )

    def objective(self, incoming: Incoming) -> Objective:
        """Ask for one logit a label, once a record."""
        labels = self.labels_of(incoming)
        metrics = [accuracy(self.field), macro_f1(self.field, labels), mcc(self.field, labels)]
        if self.positive is not None:
            metrics += [sensitivity(self.field, self.positive), specificity(self.field, self.positive)]
        return ClassificationObjective(labels, pooled=True, metrics=tuple(metrics), smoothing=self.smoothing)

    def build(self, incoming: Incoming) -> Step:
        """Take logits, one position a record."""
        spec = incoming.spec.require(self.name, "logits", pooled=True)
        labels = self.labels_of(incoming)
        out = spec.replace(kind="outputs", streamable=spec.streamable and not self.average)
        return Step.of(out, partial(_choose, labels=labels, decoder=self))


def _choose(batch: Batch, labels: Sequence[str], decoder: Labels) -> Batch:
    logits, out = batch.ragged.array, batch
    if decoder.average and len(logits):
        records, firsts = np.unique(batch.rows, return_index=True)
        logits = np.add.reduceat(logits, firsts) / np.diff([*firsts, len(logits)]).astype(logits.dtype)[:, None]
        out = batch.replace(rows=records)
    probabilities = softmax(logits)
    results: list[dict[str, Any]] = [{decoder.field: labels[best]} for best in np.argmax(probabilities, axis=1)]
    if decoder.probabilities:
        for result, of_row in zip(results, probabilities.tolist(), strict=True):
            result["probabilities"] = dict(zip(labels, of_row, strict=True))
    return out.with_outputs((result,) for result in results)
