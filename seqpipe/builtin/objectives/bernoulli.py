"""Frames of keys that are on or off, each predicted from the frames before it."""

from __future__ import annotations

import numpy as np

from seqpipe.contracts import Metric, Objective, Parameters
from seqpipe.data import Batch, Ragged
from seqpipe.data.ragged import Array, sum_rows
from seqpipe.network.losses import bernoulli_cross_entropy


class BernoulliObjective(Objective):
    """Independent keys, given the past: the sum over keys of ``-log p(key)``.

    The first frame is predicted from silence and counted (N. Boulanger-Lewandowski et al. 2012). The keys are the
    column ``keys`` where an encoder has put more beside them, else the sequence itself.

    Args:
        width: the number of keys of a frame.
        metrics: what to report.
    """

    separable = True

    def __init__(self, width: int, metrics: tuple[Metric, ...] = ()) -> None:
        self.width = width
        self.metrics = metrics

    def targets(self, batch: Batch) -> Batch:
        """Add ``target``: the keys, uint8."""
        frames = keys_of(batch)
        return batch.with_columns(target=frames.with_values((frames.array > 0).astype(np.uint8)))

    def loss(self, batch: Batch, parameters: Parameters) -> tuple[Array, Array, dict[str, Array]]:
        """Minus the log probability of the frames, summed over a row."""
        logits, target = batch.ragged, batch.column("target", Ragged)
        losses, gradient = bernoulli_cross_entropy(logits.array, target.array)
        return sum_rows(losses, logits.offsets), gradient, {}

    def weights(self, batch: Batch) -> Array | None:
        """The number of frames of each row."""
        return batch.column("target", Ragged).lengths.astype(np.float64)


def keys_of(batch: Batch) -> Ragged:
    """Return the frames of keys that a batch has, as they were before encoders."""
    return batch.column("keys", Ragged) if "keys" in batch.columns else batch.ragged
