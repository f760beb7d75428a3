"""A label for each token, and the entities that they mark."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar

from pydantic import Field

from seqpipe.builtin.decoders.label_decoder import LabelDecoder
from seqpipe.builtin.objectives import CrfObjective
from seqpipe.contracts import Incoming, Objective, Step
from seqpipe.data import Batch, Ragged
from seqpipe.data.ragged import Array
from seqpipe.metrics import accuracy, entity_f1, entity_f1_per_type, segments
from seqpipe.network.crf import crf_viterbi


class Tags(LabelDecoder):
    """A label for each token by a conditional random field, and the segments that B- and I- labels mark."""

    name: ClassVar[str] = "core.tags"
    adjustable: ClassVar[frozenset[str]] = frozenset({"entities"})

    entities: bool = Field(True, description="also give the segments, with their place in the text")

    @property
    def labels_positions(self) -> bool:
        """Targets are sequences of labels."""
        return True

    @property
    def gives(self) -> str:
        """A label for each position."""
        return "tags"

    def objective(self, incoming: Incoming) -> Objective:
        """Ask for one logit a label at each position."""
        labels = self.labels_of(incoming)
        return CrfObjective(labels, (entity_f1("labels"), accuracy("labels"), *entity_f1_per_type(labels)))

    def build(self, incoming: Incoming) -> Step:
        """Take logits, one position a token; the best labelling is known only at the end, so nothing is streamed."""
        spec = incoming.spec.require(self.name, "logits", pooled=False)
        objective = incoming.objective
        assert isinstance(objective, CrfObjective)
        out = spec.replace(kind="outputs", streamable=False)
        scores = objective.scores(incoming.parameters)
        entities = self.entities and "spans" in spec.columns
        return Step.of(out, partial(_tag, labels=objective.labels, scores=scores, entities=entities))


def _tag(batch: Batch, labels: Sequence[str], scores: tuple[Array, Array, Array], *, entities: bool) -> Batch:
    """Give each row its likeliest labels (A. Viterbi, 1967)."""
    logits = batch.ragged
    ids, _ = crf_viterbi(logits.array, logits.offsets, *scores)
    tags = [[labels[label] for label in row.tolist()] for row in Ragged(ids, logits.offsets)]
    results: list[dict[str, Any]] = [{"labels": of_row} for of_row in tags]
    if entities:
        for row, result in enumerate(results):
            result["entities"] = _entities(batch, row, tags[row])
    return batch.with_outputs((result,) for result in results)


def _entities(batch: Batch, row: int, labels: list[str]) -> list[dict[str, Any]]:
    places, text = batch.column("spans", Ragged)[row].tolist(), batch.row_record(row).payload
    entities = []
    for kind, begin, end in sorted(segments(labels), key=lambda segment: segment[1]):
        first, last = places[begin][0], places[end - 1][1]
        entities.append({"type": kind, "start": first, "stop": last, "text": text[first:last]})
    return entities
