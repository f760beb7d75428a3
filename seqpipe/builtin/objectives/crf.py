"""A label for each position, with a linear-chain conditional random field over them."""

from __future__ import annotations

import numpy as np

from seqpipe.builtin.objectives.classification import aligned_targets
from seqpipe.contracts import Metric, Objective, Parameter, Parameters
from seqpipe.data import Batch, Ragged
from seqpipe.data.ragged import Array
from seqpipe.network.crf import crf_loss


def _zeros(_: np.random.Generator, shape: tuple[int, ...]) -> Array:
    return np.zeros(shape, np.float32)


class CrfObjective(Objective):
    """Scores of labels and of the transitions between them (Lafferty et al. 2001).

    Labels that are not known are summed over, so a data set that annotates only some positions can be learned from.

    Args:
        labels: what the logits stand for.
        metrics: what to report.
    """

    def __init__(self, labels: tuple[str, ...], metrics: tuple[Metric, ...] = ()) -> None:
        self.labels = labels
        self.width = len(labels)
        self.metrics = metrics
        self.parameters = {
            "transitions": Parameter((self.width, self.width), _zeros, decay=False),
            "start": Parameter((self.width,), _zeros, decay=False),
            "stop": Parameter((self.width,), _zeros, decay=False),
        }
        self._ids = {label: index for index, label in enumerate(labels)}

    def targets(self, batch: Batch) -> Batch:
        """Add ``target``: int32 ids of labels, one a position, -1 where it is not known."""
        return batch.with_columns(target=aligned_targets(batch, self._ids))

    def loss(self, batch: Batch, parameters: Parameters) -> tuple[Array, Array, dict[str, Array]]:
        """Minus the log probability of the true labels."""
        logits, target = batch.ragged, batch.column("target", Ragged)
        transitions, start, stop = parameters["transitions"], parameters["start"], parameters["stop"]
        losses, gradients = crf_loss(logits.array, logits.offsets, target.array, transitions, start, stop)
        return losses, gradients.emissions, {name: getattr(gradients, name) for name in self.parameters}

    def weights(self, batch: Batch) -> Array | None:
        """The number of positions of each row."""
        return batch.column("target", Ragged).lengths.astype(np.float64)
