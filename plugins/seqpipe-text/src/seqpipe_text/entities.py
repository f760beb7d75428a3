"""Names in texts: who and what is named, and where."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from pydantic import Field

from seqpipe import (
    Batch,
    ConfigError,
    CrfObjective,
    Decoder,
    Incoming,
    Learned,
    Learner,
    Names,
    Objective,
    Ragged,
    RecordError,
    Step,
    crf_viterbi,
)
from seqpipe_text.annotation import Annotation, Entity
from seqpipe_text.entity_metrics import entity_figures

Int64 = npt.NDArray[np.int64]
Scores = tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any]]


class Entities(Decoder):
    """The entities that a text names, each with its type and its place: people, places, organisations, ...

    Words are labelled with the beginning (B-) and the inside (I-) of entities by a conditional random field that knows
    which label can follow which. Learned: ``types``, those of the training data, sorted.
    """

    name: ClassVar[str] = "text.entities"
    adjustable: ClassVar[frozenset[str]] = frozenset({"unsure"})

    unsure: Names = Field(
        (),
        description="words that some data mark with the entity that they stand before, and others do not, such as `@`; "
        "where they are not marked, nothing is learned from them",
    )

    def learner(self, incoming: Incoming) -> Learner | None:
        """Gather the types."""
        incoming.spec.require(self.name, "text")
        return _TypeLearner()

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
        return Step.of(out, partial(_find, types=objective.types, scores=objective.scores(incoming.parameters)))


class EntityObjective(CrfObjective):
    """A conditional random field over the beginnings and insides of entities.

    Types that were not looked for in a text are left out there: that their names are not marked teaches nothing.

    Args:
        types: of entities. Type ``i`` has the labels ``1 + 2 i`` (B-) and ``2 + 2 i`` (I-); label 0 is O.
        unsure: words between spaces whose label is not known where they stand, not marked, before an entity.
    """

    def __init__(self, types: tuple[str, ...], unsure: tuple[str, ...] = ()) -> None:
        labels = ("O", *(f"{prefix}-{kind}" for kind in types for prefix in ("B", "I")))
        super().__init__(labels, entity_figures(types), bio=True)
        self.types = types
        self.unsure = tuple(f" {word} " for word in unsure)

    def targets(self, batch: Batch) -> Batch:
        """Add ``target``, int32 ids of labels, one a word, -1 where it is not known, and ``annotated``.

        That is which labels each row could have.
        """
        annotations = [self._annotation(batch, record) for record in range(len(batch.records))]
        of_types = [[annotation.counts(kind) for kind in self.types] for annotation in annotations]
        allowed = np.ones((len(annotations), self.width), np.bool_)
        allowed[:, 1:] = np.array(of_types, np.bool_).reshape(len(annotations), -1).repeat(2, axis=1)
        spans = batch.column("spans", Ragged)
        labels = np.zeros(len(spans.array), np.int32)
        for row, record in enumerate(batch.rows.tolist()):
            begin, end = spans.offsets[row], spans.offsets[row + 1]
            of_row, places = labels[begin:end], spans.array[begin:end]
            self._label(of_row, places, annotations[record].entities)
            self._doubt(of_row, places, batch.records[record].text)
        return batch.with_columns(
            target=Ragged(labels, spans.offsets),
            annotated=Ragged(allowed[batch.rows], np.arange(len(batch.rows) + 1)),
        )

    def _annotation(self, batch: Batch, index: int) -> Annotation:
        record = batch.records[index]
        annotation = Annotation.of(record)
        for kind, _, _ in annotation.entities:
            if kind not in self.types:
                what = f"the type {kind!r} does not occur in the training data"
                known = ", ".join(self.types)
                raise RecordError(what, f"let the reader map it to one of {known}: `types: ...`", record.location)
        return annotation

    def _label(self, labels: npt.NDArray[np.int32], spans: Int64, entities: tuple[Entity, ...]) -> None:
        """Write the labels of a row's words; a word belongs to the first entity that has a part of it."""
        free = 0
        for kind, start, stop in entities:
            first = max(free, int(np.searchsorted(spans[:, 1], start, "right")))
            end = int(np.searchsorted(spans[:, 0], stop, "left"))
            if first < end:
                label = 1 + 2 * self.types.index(kind)
                labels[first], labels[first + 1 : end] = label, label + 1
                free = end

    def _doubt(self, labels: npt.NDArray[np.int32], spans: Int64, text: str) -> None:
        """Forget the labels of words of `unsure` that are not marked, and stand before an entity."""
        if any(word.strip() in text for word in self.unsure):
            text = f" {text} "
            for place in np.flatnonzero((labels[:-1] == 0) & (labels[1:] % 2 == 1)).tolist():
                start, stop = spans[place].tolist()
                if text[start : stop + 2] in self.unsure:
                    labels[place] = -1


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


def _find(batch: Batch, types: tuple[str, ...], scores: Scores) -> Batch:
    """Give each record its entities, those of its rows one after the other."""
    spans, logits = batch.column("spans", Ragged), batch.ragged
    labels = Ragged(crf_viterbi(logits.array, logits.offsets, *scores)[0], logits.offsets)
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
