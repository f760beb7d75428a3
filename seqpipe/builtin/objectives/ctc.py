"""A sequence of symbols, shorter than the sequence it is read from and not aligned with it."""

from __future__ import annotations

import numpy as np

from seqpipe.builtin.objectives.labels import ids_of_labels, items_of, label_ids, missing
from seqpipe.contracts import Metric, Objective, Parameters
from seqpipe.data import Batch, Ragged
from seqpipe.data.ragged import Array
from seqpipe.network.ctc import ctc_loss

BLANK = 0


class CtcObjective(Objective):
    """Connectionist temporal classification (Graves et al. 2006). Logit 0 is the blank, the others are the symbols.

    Args:
        symbols: what the logits from 1 on stand for.
        metrics: what to report.
        separator: what stands between the symbols of a target that is text; empty: each character is one.
    """

    def __init__(self, symbols: tuple[str, ...], metrics: tuple[Metric, ...] = (), separator: str = "") -> None:
        self.symbols = symbols
        self.separator = separator
        self.width = 1 + len(symbols)
        self.metrics = metrics
        self._ids = ids_of_labels(symbols, first=1)

    def targets(self, batch: Batch) -> Batch:
        """Add ``target``: the int32 ids of each record's symbols."""
        targets = []
        for row in batch.rows:
            record = batch.records[row]
            if record.target is None:
                raise missing(record)
            targets.append(label_ids(record, items_of(record.target, self.separator), self._ids))
        return batch.with_columns(target=Ragged.of(targets, np.int32))

    def loss(self, batch: Batch, parameters: Parameters) -> tuple[Array, Array, dict[str, Array]]:
        """Minus the log probability of the target over all alignments; infinite, with no gradient, if it has none."""
        logits, target = batch.ragged, batch.column("target", Ragged)
        losses, gradient = ctc_loss(logits.array, logits.offsets, target.array, target.offsets, blank=BLANK)
        return losses, gradient, {}

    def weights(self, batch: Batch) -> Array | None:
        """The number of symbols of each row, at least one."""
        return np.maximum(batch.column("target", Ragged).lengths, 1).astype(np.float64)
