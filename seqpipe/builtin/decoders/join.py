"""Labels into text."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from typing import ClassVar, Literal

from pydantic import Field

from seqpipe.contracts import Decoder, Incoming, State, Step
from seqpipe.data import Batch, Ragged, Spec


class Join(Decoder):
    """The labels of a record as one text, or each label with its place as soon as it is known."""

    name: ClassVar[str] = "core.join"
    adjustable: ClassVar[frozenset[str]] = frozenset({"separator", "each"})

    separator: str = Field("", description="what to put between labels")
    each: Literal["record", "label"] = Field("record", description="one result a record, or one a label")

    def for_evaluation(self) -> Decoder:
        """Give one text a record, which the metrics look at."""
        return self.model_copy(update={"each": "record"})

    def build(self, incoming: Incoming) -> Step:
        """Take labels."""
        spec = incoming.spec.require(self.name, "labels")
        out = spec.replace(kind="outputs")
        if self.each == "record":
            return _Text(out, self.separator)
        return Step.of(out, partial(_each, vocabulary=out.vocabulary or ()))


class _Text(Step):
    """State: the labels of each record so far."""

    remembers = list[list[str]]

    def __init__(self, spec: Spec, separator: str) -> None:
        self.spec = spec
        self.separator = separator

    def __call__(self, batch: Batch, state: State = None) -> tuple[Batch, State]:
        texts: list[list[str]] = [list(before) for before in state] if state else [[] for _ in batch.records]
        vocabulary = self.spec.vocabulary or ()
        for row, labels in enumerate(batch.ragged):
            texts[batch.rows[row]].extend(vocabulary[label] for label in labels.tolist())
        outputs = tuple(
            ({"text": self.separator.join(text)},) if record.last else ()
            for record, text in zip(batch.records, texts, strict=True)
        )
        return batch.replace(outputs=outputs), texts


def _each(batch: Batch, vocabulary: Sequence[str]) -> Batch:
    """Give each label as a result."""
    spans, scores = batch.column("spans", Ragged), batch.column("scores", Ragged)
    results = [
        {"label": vocabulary[label], "start": start, "stop": stop, "score": score}
        for label, (start, stop), score in zip(
            batch.ragged.array.tolist(), spans.array.tolist(), scores.array.tolist(), strict=True
        )
    ]
    return batch.with_outputs(results[begin:end] for begin, end in pairwise(batch.ragged.offsets.tolist()))
