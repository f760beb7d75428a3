"""Names in texts: who and what is named, and where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from pydantic import Field

from seqpipe import (
    Batch,
    ConfigError,
    Decoder,
    Incoming,
    Learned,
    LearnedLabels,
    Learner,
    Names,
    Objective,
    Ragged,
    Step,
    crf_viterbi,
)
from seqpipe_text.names.annotation import Annotation
from seqpipe_text.names.entity_objective import EntityObjective

Scores = tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any]]


class Entities(Decoder):
    """The entities that a text names, each with its type and its place: people, places, organisations, ...

    Words are labelled with the beginning (B-) and the inside (I-) of entities by a conditional random field that knows
    which label can follow which. Learned: ``types``, those of the training data, sorted.
    """

    name: ClassVar[str] = "text.entities"
    adjustable: ClassVar[frozenset[str]] = frozenset({"caution", "unsure"})

    caution: float = Field(
        0.0,
        description="added to the score of no entity at each word; below zero, more is found and more of it is wrong",
    )
    unsure: Names = Field(
        (),
        description="words that some data mark with the entity that they stand before, and others do not, such as `@`; "
        "where they are not marked, nothing is learned from them",
    )

    @property
    def learns(self) -> Mapping[str, Any]:
        """The types."""
        return {"types": LearnedLabels}

    def learner(self, incoming: Incoming) -> Learner | None:
        """Gather the types."""
        incoming.spec.require(self.name, "text")
        return _TypeLearner()

    @property
    def gives(self) -> str:
        """Names in a text."""
        return "entities"

    def objective(self, incoming: Incoming) -> Objective:
        """Ask for a logit for O, and for the beginning and the inside of each type, at each word."""
        return EntityObjective(tuple(incoming.learned.get("types", ())), self.unsure)

    def build(self, incoming: Incoming) -> Step:
        """Take logits, one position a word; what a word is, is known only at the end, so nothing is streamed."""
        spec = incoming.spec.require(self.name, "logits", pooled=False)
        if "spans" not in spec.columns:
            what = f"{self.name} needs words that know where they stand in the text"
            raise ConfigError(what, "put a tokenizer such as text.words first")
        objective = incoming.objective
        assert isinstance(objective, EntityObjective)
        out = spec.replace(kind="outputs", streamable=False)
        scores = objective.scores(incoming.parameters)
        return Step.of(out, partial(_find, types=objective.types, scores=scores, caution=self.caution))


class _TypeLearner(Learner):
    def __init__(self) -> None:
        self._types: set[str] = set()

    def see(self, batch: Batch) -> None:
        """Gather the types of a batch."""
        for record in batch.records:
            self._types.update(kind for kind, _, _ in Annotation.of(record).entities)

    def learned(self) -> Learned:
        """The types, sorted."""
        return {"types": sorted(self._types)}


def _find(batch: Batch, types: tuple[str, ...], scores: Scores, caution: float) -> Batch:
    """Give each record its entities, those of its rows one after the other."""
    spans, logits = batch.column("spans", Ragged), batch.ragged
    emissions = logits.array.copy()
    emissions[:, 0] += caution
    labels = Ragged(crf_viterbi(emissions, logits.offsets, *scores)[0], logits.offsets)
    found: list[list[dict[str, Any]]] = [[] for _ in batch.records]
    record_of_word = batch.rows.repeat(labels.lengths)
    for label, begin, end in _entities_of(labels):
        record, kind = int(record_of_word[begin]), types[(label - 1) // 2]
        start, stop = int(spans.array[begin, 0]), int(spans.array[end - 1, 1])
        text = batch.records[record].text[start:stop]
        found[record].append({"type": kind, "text": text, "start": start, "stop": stop})
    return batch.replace(outputs=tuple(({"entities": entities},) for entities in found))


def _entities_of(labels: Ragged) -> Iterator[tuple[int, int, int]]:
    """Yield the label of each entity's first word, the place of that word, and that of the word after the last one."""
    ids = labels.array
    inside = (ids > 0) & (ids % 2 == 0)
    inside[labels.offsets[:-1][labels.lengths > 0]] = False
    borders = np.append(np.flatnonzero(~inside), len(ids))
    begins = np.flatnonzero(ids % 2 == 1)
    ends = borders[np.searchsorted(borders, begins, "right")]
    return zip(ids[begins].tolist(), begins.tolist(), ends.tolist(), strict=True)
