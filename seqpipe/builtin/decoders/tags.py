"""A label for each token, and the entities that they mark."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from seqpipe.builtin.decoders.labels import Names
from seqpipe.builtin.objectives import CrfObjective, LabelLearner
from seqpipe.contracts import Decoder, Incoming, Learner, Objective, Parameters, State, Step
from seqpipe.data import Batch, Ragged, Spec
from seqpipe.metrics import accuracy, entity_f1, entity_f1_per_type, segments
from seqpipe.network.crf import crf_viterbi


class Tags(Decoder):
    """A label for each token by a conditional random field, and the segments that B- and I- labels mark."""

    name: ClassVar[str] = "core.tags"
    adjustable: ClassVar[frozenset[str]] = frozenset({"entities"})

    labels: Names = Field((), description="in the order of the logits; none: learned from the training data")
    entities: bool = Field(True, description="also give the segments, with their place in the text")

    def learner(self, incoming: Incoming) -> Learner | None:
        """Gather the labels, unless they are given."""
        return None if self.labels else LabelLearner(sequences=True)

    def objective(self, incoming: Incoming) -> Objective:
        """Ask for one logit a label at each position."""
        labels = self.labels or tuple(incoming.learned.get("labels", ()))
        return CrfObjective(labels, (entity_f1("labels"), accuracy("labels"), *entity_f1_per_type(labels)))

    def build(self, incoming: Incoming) -> Step:
        """Take logits, one position a token; the best labelling is known only at the end, so nothing is streamed."""
        spec = incoming.spec.require(self.name, "logits", pooled=False)
        labels = self.labels or tuple(incoming.learned.get("labels", ()))
        return _Viterbi(
            spec.replace(kind="outputs", streamable=False), labels, incoming.parameters, entities=self.entities
        )


class _Viterbi(Step):
    def __init__(self, spec: Spec, labels: tuple[str, ...], parameters: Parameters, *, entities: bool) -> None:
        self.spec = spec
        self.labels = labels
        self.parameters = parameters
        self.entities = entities and "spans" in spec.columns

    def __call__(self, batch: Batch, state: State = None) -> tuple[Batch, State]:
        logits = batch.ragged
        transitions, start, stop = (self.parameters[name] for name in ("transitions", "start", "stop"))
        ids, _ = crf_viterbi(logits.array, logits.offsets, transitions, start, stop)
        outputs: list[list[dict[str, Any]]] = [[] for _ in batch.records]
        for row, row_ids in enumerate(Ragged(ids, logits.offsets)):
            labels = [self.labels[label] for label in row_ids.tolist()]
            result: dict[str, Any] = {"labels": labels}
            if self.entities:
                result["entities"] = _entities(batch, row, labels)
            outputs[batch.rows[row]].append(result)
        return batch.replace(outputs=tuple(tuple(results) for results in outputs)), None


def _entities(batch: Batch, row: int, labels: list[str]) -> list[dict[str, Any]]:
    spans = batch.columns["spans"]
    assert isinstance(spans, Ragged)
    places = np.asarray(spans[row])
    text = batch.row_record(row).payload
    found = []
    for kind, begin, end in sorted(segments(labels), key=lambda segment: segment[1]):
        first, last = int(places[begin, 0]), int(places[end - 1, 1])
        found.append({"type": kind, "start": first, "stop": last, "text": text[first:last]})
    return found
