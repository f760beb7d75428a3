"""What finding entities asks of a network: a label a word, by a field that knows which can follow which."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from seqpipe import Batch, CrfObjective, Ragged, RecordError
from seqpipe_text.names.annotation import Annotation, Entity
from seqpipe_text.names.entity_metrics import entity_figures

Int64 = npt.NDArray[np.int64]


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
        allowed[:, 1:] = np.array(of_types, np.bool_).reshape(len(annotations), len(self.types)).repeat(2, axis=1)
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
