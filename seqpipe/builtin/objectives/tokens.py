"""Sequences of tokens, each predicted from those before it: of the input itself, or of its translation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from seqpipe.contracts import Metric, Objective, Parameters
from seqpipe.data import Batch, Ragged
from seqpipe.data.ragged import Array, sum_rows
from seqpipe.network.losses import softmax_cross_entropy


class _TokenObjective(Objective):
    """Softmax over a vocabulary at each position, with cross-entropy."""

    def __init__(self, width: int, metrics: tuple[Metric, ...], smoothing: float) -> None:
        self.width = width
        self.metrics = metrics
        self.smoothing = smoothing

    def loss(self, batch: Batch, parameters: Parameters) -> tuple[Array, Array, dict[str, Array]]:
        """Minus the log probability of the tokens, summed over a row."""
        logits, target = batch.ragged, batch.column("target", Ragged)
        losses, gradient = softmax_cross_entropy(logits.array, target.array, None, self.smoothing)
        return sum_rows(losses, logits.offsets), gradient, {}

    def weights(self, batch: Batch) -> Array | None:
        """The number of tokens of each row."""
        return batch.column("target", Ragged).lengths.astype(np.float64)


class NextTokenObjective(_TokenObjective):
    """The tokens of the sequence itself, each predicted from those before it.

    Args:
        width: the size of the vocabulary.
        metrics: what to report.
    """

    separable = True

    def __init__(self, width: int, metrics: tuple[Metric, ...] = ()) -> None:
        super().__init__(width, metrics, 0.0)

    def targets(self, batch: Batch) -> Batch:
        """Add ``target``: the sequence's own ids."""
        return batch.with_columns(target=batch.one_hot.ids)


class TranslationObjective(_TokenObjective):
    """Another sequence of tokens, made from the record's target, each predicted from the source and those before it.

    Args:
        width: the size of the target's vocabulary.
        tokenize: a batch's targets into ids, each row with the token that ends it.
        metrics: what to report.
        smoothing: the share of a token's probability that is spread evenly over the vocabulary.
    """

    def __init__(
        self,
        width: int,
        tokenize: Callable[[Batch], Ragged],
        metrics: tuple[Metric, ...] = (),
        smoothing: float = 0.0,
    ) -> None:
        super().__init__(width, metrics, smoothing)
        self.tokenize = tokenize

    def targets(self, batch: Batch) -> Batch:
        """Add ``target``: the ids of the targets' tokens; a source that was cut into rows is learned in one."""
        return batch.with_whole_records().with_columns(target=self.tokenize(batch))
