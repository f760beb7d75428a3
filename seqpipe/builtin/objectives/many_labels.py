"""Any number of labels a record."""

from __future__ import annotations

import numpy as np

from seqpipe.builtin.objectives.labels import ids_of_labels, items_of, label_ids, missing
from seqpipe.contracts import Metric, Objective, Parameters
from seqpipe.data import Batch, Ragged
from seqpipe.data.ragged import Array
from seqpipe.errors import RecordError
from seqpipe.network.losses import bernoulli_cross_entropy


class ManyLabelsObjective(Objective):
    """Each label is there or not, whatever the others are: the sum over labels of the binary cross-entropy.

    Args:
        labels: what the logits stand for.
        separator: what stands between the labels of a target that is text; empty: targets are lists.
        metrics: what to report.
    """

    pooled = True

    def __init__(self, labels: tuple[str, ...], separator: str, metrics: tuple[Metric, ...] = ()) -> None:
        self.labels = labels
        self.width = len(labels)
        self.separator = separator
        self.metrics = metrics
        self._ids = ids_of_labels(labels)

    def targets(self, batch: Batch) -> Batch:
        """Add ``target``: uint8 of shape (rows, labels), 1 for the labels of a record."""
        there = np.zeros((len(batch.records), self.width), np.uint8)
        for index, record in enumerate(batch.records):
            if record.target is None:
                raise missing(record)
            items = items_of(record.target, self.separator)
            if isinstance(items, str):
                what = f"the target is the text {items!r}, where a list of labels is needed"
                raise RecordError(what, "say what stands between labels: `separator`", record.location)
            there[index, label_ids(record, items, self._ids)] = 1
        there = there[batch.rows]
        return batch.with_columns(target=Ragged(there, np.arange(len(there) + 1)))

    def loss(self, batch: Batch, parameters: Parameters) -> tuple[Array, Array, dict[str, Array]]:
        """Minus the log probability of the labels, and of the absence of the others."""
        losses, gradient = bernoulli_cross_entropy(batch.ragged.array, batch.column("target", Ragged).array)
        return losses, gradient, {}
