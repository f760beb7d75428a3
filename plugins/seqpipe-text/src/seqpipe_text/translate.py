"""Translations."""

from __future__ import annotations

from typing import ClassVar

from seqpipe import Beam, Decoder, Metric
from seqpipe_text.translation_metrics import bleu, chrf, require_sacrebleu


class Translate(Beam):
    """The likeliest translation of a text, found by beam search; how good it is, is told by BLEU and chrF."""

    name: ClassVar[str] = "text.translate"

    def for_evaluation(self) -> Decoder:
        """Make sure that the metrics can be computed.

        Raises:
            PluginError: sacreBLEU is not installed.
        """
        require_sacrebleu()
        return self

    def metrics(self) -> tuple[Metric, ...]:
        """Add BLEU, chrF, and BLEU in lower case."""
        return (bleu("text"), chrf("text"), bleu("text", "bleu_lc", lowercase=True), *super().metrics())
