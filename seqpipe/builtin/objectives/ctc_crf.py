"""A sequence of symbols, each of which depends on those before it, shorter than the sequence it is read from."""

from __future__ import annotations

from seqpipe.builtin.objectives.ctc import CtcObjective
from seqpipe.contracts import Metric, Parameters
from seqpipe.data import Batch, Ragged
from seqpipe.data.ragged import Array
from seqpipe.network.ctc_crf import ctc_crf_loss, ctc_crf_width


class CtcCrfObjective(CtcObjective):
    """CTC with a conditional random field over the last symbols; there is no logit for a blank.

    Args:
        symbols: what is written, in the order of their numbers.
        context: how many of the last symbols a score depends on.
        metrics: what to report.
        separator: what stands between the symbols of a target that is text; empty: each character is one.
    """

    def __init__(
        self, symbols: tuple[str, ...], context: int, metrics: tuple[Metric, ...] = (), separator: str = ""
    ) -> None:
        super().__init__(symbols, metrics, separator)
        self.context = context
        self.width = max(1, ctc_crf_width(len(symbols), context))

    def loss(self, batch: Batch, parameters: Parameters) -> tuple[Array, Array, dict[str, Array]]:
        """Minus the log probability of the target over all alignments; infinite, with no gradient, if it has none."""
        logits, target = batch.ragged, batch.column("target", Ragged)
        losses, gradient = ctc_crf_loss(
            logits.array, logits.offsets, target.array - 1, target.offsets, len(self.symbols), self.context
        )
        return losses, gradient, {}
