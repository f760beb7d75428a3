"""One label a record, or any number of them, with the probabilities of all."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import Field, model_validator

from seqpipe.builtin.decoders.label_decoder import LabelDecoder
from seqpipe.builtin.objectives import ClassificationObjective, LabelLearner
from seqpipe.builtin.objectives.labels import items_of
from seqpipe.builtin.objectives.many_labels import ManyLabelsObjective
from seqpipe.contracts import Incoming, Learner, Objective, Outcome, Step
from seqpipe.contracts.fields import Share
from seqpipe.data import Batch, Record
from seqpipe.data.label import label_of
from seqpipe.metrics import accuracy, macro_f1, mcc, same_set, sensitivity, set_f1, set_macro_f1, specificity
from seqpipe.network.sampling import sigmoid, softmax

Weight = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Labels(LabelDecoder):
    """The likeliest label of each record, or all labels that it likely has, and the probability of each label."""

    name: ClassVar[str] = "core.labels"
    adjustable: ClassVar[frozenset[str]] = frozenset(
        {"field", "probabilities", "smoothing", "weights", "positive", "average", "threshold"}
    )

    field: str = Field("label", description="the name of the result")
    probabilities: bool = Field(True, description="also give the probability of each label")
    many: bool = Field(False, description="a record has any number of labels, or none: the result is a list")
    separator: str = Field("", description="with `many`: what stands between labels where targets are text")
    threshold: float = Field(0.5, gt=0, lt=1, description="with `many`: the least probability of a label that is given")
    smoothing: Share = Field(0.0, description="label smoothing, in training")
    weights: dict[str, Weight] = Field(
        {}, description="how much labels count in training, such as `{rare: 10}`; 1 for those that are not named"
    )
    positive: str | None = Field(
        None, description="the label that is sought: `seqpipe evaluate` gives sensitivity and specificity"
    )
    average: bool = Field(
        False, description="one result for a record of several rows, such as its two strands: of their mean logits"
    )

    @model_validator(mode="after")
    def _check(self) -> Labels:
        of_one = {"smoothing": self.smoothing, "weights": self.weights, "positive": self.positive is not None}
        if self.many and (name := next((name for name, given in of_one.items() if given), None)):
            raise ValueError(f"`many` and `{name}` do not go together (leave out `{name}`)")
        if self.separator and not self.many:
            raise ValueError("`separator` stands between many labels (add `many: true`)")
        return self

    def learner(self, incoming: Incoming) -> Learner | None:
        """Gather the labels, unless they are given."""
        if self.labels or not self.many:
            return super().learner(incoming)
        return LabelLearner(sequences=True, separator=self.separator, least=1)

    @property
    def gives(self) -> str:
        """A label, or with `many` a list of them."""
        return "labels" if self.many else "label"

    def objective(self, incoming: Incoming) -> Objective:
        """Ask for one logit a label, once a record."""
        labels = self.labels_of(incoming)
        if self.many:
            read = partial(_sets, decoder=self)
            return ManyLabelsObjective(
                labels, self.separator, (set_f1(read), set_macro_f1(read, labels), same_set(read))
            )
        metrics = [accuracy(self.field), macro_f1(self.field, labels), mcc(self.field, labels)]
        if self.positive is not None:
            metrics += [sensitivity(self.field, self.positive), specificity(self.field, self.positive)]
        return ClassificationObjective(
            labels, pooled=True, metrics=tuple(metrics), smoothing=self.smoothing, label_weights=self.weights
        )

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
    results: list[dict[str, Any]]
    if decoder.many:
        probabilities = sigmoid(logits)
        there = probabilities >= decoder.threshold
        results = [{decoder.field: [label for label, given in zip(labels, row, strict=True) if given]} for row in there]
    else:
        probabilities = softmax(logits)
        results = [{decoder.field: labels[best]} for best in np.argmax(probabilities, axis=1)]
    if decoder.probabilities:
        for result, of_row in zip(results, probabilities.tolist(), strict=True):
            result["probabilities"] = dict(zip(labels, of_row, strict=True))
    return out.with_outputs((result,) for result in results)


def _sets(record: Record, outcome: Outcome, decoder: Labels) -> tuple[frozenset[str], frozenset[str]]:
    """Return the true labels of a record, and those that were given."""
    true = items_of(record.target, decoder.separator) if record.target is not None else ()
    given = outcome[0][decoder.field] if outcome else ()
    return frozenset(map(label_of, true)), frozenset(map(label_of, given))
