"""Labels into text."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

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
        return _Text(out, self.separator) if self.each == "record" else _Each(out)


class _Text(Step):
    """State: the labels of each record so far."""

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


class _Each(Step):
    def __init__(self, spec: Spec) -> None:
        self.spec = spec

    def __call__(self, batch: Batch, state: State = None) -> tuple[Batch, State]:
        spans, scores = batch.columns["spans"], batch.columns["scores"]
        assert isinstance(spans, Ragged)
        assert isinstance(scores, Ragged)
        vocabulary = self.spec.vocabulary or ()
        outputs: list[list[dict[str, Any]]] = [[] for _ in batch.records]
        for row, labels in enumerate(batch.ragged):
            for label, (start, stop), score in zip(
                labels.tolist(), spans[row].tolist(), scores[row].tolist(), strict=True
            ):
                outputs[batch.rows[row]].append(
                    {"label": vocabulary[label], "start": start, "stop": stop, "score": score}
                )
        return batch.replace(outputs=tuple(tuple(results) for results in outputs)), None
