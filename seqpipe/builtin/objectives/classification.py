"""One label a record, or one a position."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from seqpipe.builtin.objectives.labels import ids_of_labels, label_ids, missing
from seqpipe.contracts import Metric, Objective, Parameters
from seqpipe.data import Batch, Ragged, Record
from seqpipe.data.label import label_of
from seqpipe.data.ragged import Array, sum_rows
from seqpipe.errors import ConfigError, RecordError, did_you_mean
from seqpipe.network.losses import softmax_cross_entropy, weighted_cross_entropy


class ClassificationObjective(Objective):
    """Softmax over labels with cross-entropy: ``-log softmax(logits)[label]``.

    Args:
        labels: what the logits stand for.
        pooled: one label a record; otherwise a sequence of them, as long as the record's own.
        metrics: what to report.
        smoothing: the share of a target's probability that is spread evenly over all labels.
        label_weights: how much labels count in the loss, and in its mean; 1 for those that are not named.

    Raises:
        ConfigError: a weight is that of no label.
    """

    def __init__(
        self,
        labels: tuple[str, ...],
        *,
        pooled: bool,
        metrics: tuple[Metric, ...] = (),
        smoothing: float = 0.0,
        label_weights: Mapping[str, float] | None = None,
    ) -> None:
        self.labels = labels
        self.width = len(labels)
        self.pooled = pooled
        self.separable = not pooled
        self.metrics = metrics
        self.smoothing = smoothing
        self._ids = ids_of_labels(labels)
        self._label_weights = _of_labels(label_weights, self._ids) if label_weights else None

    def targets(self, batch: Batch) -> Batch:
        """Add ``target``: int32 ids of labels, one a row or one a position."""
        if self.pooled:
            ids = np.concatenate([self._ids_of_one(record) for record in batch.records])[batch.rows]
            return batch.with_columns(target=Ragged(ids, np.arange(len(ids) + 1)))
        return batch.with_columns(target=aligned_targets(batch, self._ids))

    def loss(self, batch: Batch, parameters: Parameters) -> tuple[Array, Array, dict[str, Array]]:
        """Cross-entropy, summed over the positions of a row."""
        logits, target = batch.ragged, batch.column("target", Ragged)
        if self._label_weights is None:
            losses, gradient = softmax_cross_entropy(logits.array, target.array, None, self.smoothing)
        else:
            losses, gradient = weighted_cross_entropy(logits.array, target.array, self._label_weights, self.smoothing)
        return sum_rows(losses, logits.offsets), gradient, {}

    def weights(self, batch: Batch) -> Array | None:
        """The number of labelled positions of each row, or the sum of the weights of their labels."""
        target = batch.column("target", Ragged)
        counted = 1.0 if self._label_weights is None else self._label_weights[target.array]
        return sum_rows(np.where(target.array >= 0, counted, 0.0), target.offsets)

    def _ids_of_one(self, record: Record) -> Array:
        if record.target is None:
            raise missing(record)
        return label_ids(record, (record.target,), self._ids)


def _of_labels(label_weights: Mapping[str, float], ids: Mapping[str, int]) -> Array:
    """Return the weight of each label: float64, shape (labels,)."""
    weights = np.ones(len(ids))
    for label, weight in label_weights.items() if ids else ():  # none is known before they are learned
        if label_of(label) not in ids:
            raise ConfigError(f"`weights` names {label!r}, which is no label", did_you_mean(label, ids))
        weights[ids[label_of(label)]] = weight
    return weights


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
