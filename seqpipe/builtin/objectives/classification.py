"""One label a record, or one a position."""

from __future__ import annotations

import numpy as np

from seqpipe.builtin.objectives.labels import ids_of_labels, label_ids, missing
from seqpipe.contracts import Metric, Objective, Parameters
from seqpipe.data import Batch, Ragged, Record
from seqpipe.data.ragged import Array, sum_rows
from seqpipe.errors import RecordError
from seqpipe.network.losses import softmax_cross_entropy


class ClassificationObjective(Objective):
    """Softmax over labels with cross-entropy: ``-log softmax(logits)[label]``.

    Args:
        labels: what the logits stand for.
        pooled: one label a record; otherwise a sequence of them, as long as the record's own.
        metrics: what to report.
        smoothing: the share of a target's probability that is spread evenly over all labels.
    """

    def __init__(
        self, labels: tuple[str, ...], *, pooled: bool, metrics: tuple[Metric, ...] = (), smoothing: float = 0.0
    ) -> None:
        self.labels = labels
        self.width = len(labels)
        self.pooled = pooled
        self.separable = not pooled
        self.metrics = metrics
        self.smoothing = smoothing
        self._ids = ids_of_labels(labels)

    def targets(self, batch: Batch) -> Batch:
        """Add ``target``: int32 ids of labels, one a row or one a position."""
        if self.pooled:
            ids = np.concatenate([self._ids_of_one(record) for record in batch.records])[batch.rows]
            return batch.with_columns(target=Ragged(ids, np.arange(len(ids) + 1)))
        return batch.with_columns(target=aligned_targets(batch, self._ids))

    def loss(self, batch: Batch, parameters: Parameters) -> tuple[Array, Array, dict[str, Array]]:
        """Cross-entropy, summed over the positions of a row."""
        logits, target = batch.ragged, batch.column("target", Ragged)
        losses, gradient = softmax_cross_entropy(logits.array, target.array, None, self.smoothing)
        return sum_rows(losses, logits.offsets), gradient, {}

    def weights(self, batch: Batch) -> Array | None:
        """The number of labelled positions of each row."""
        target = batch.column("target", Ragged)
        return sum_rows((target.array >= 0).astype(np.float64), target.offsets)

    def _ids_of_one(self, record: Record) -> Array:
        if record.target is None:
            raise missing(record)
        return label_ids(record, (record.target,), self._ids)


def aligned_targets(batch: Batch, ids: dict[str, int]) -> Ragged:
    """Return the ids of targets that are sequences of labels, one for each position of the batch's sequence.

    Raises:
        RecordError: a record has none, or not as many as positions.
    """
    targets = []
    for row, length in enumerate(batch.main.lengths):
        record = batch.row_record(row)
        if record.target is None:
            raise missing(record)
        labels = label_ids(record, record.target, ids)
        if len(labels) != length:
            raise RecordError(
                f"{len(labels)} labels for a sequence of {length}",
                "give one label for each position",
                record.location,
            )
        targets.append(labels)
    return Ragged.of(targets, np.int32)
