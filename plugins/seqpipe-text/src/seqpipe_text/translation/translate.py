"""Translations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from pydantic import Field

from seqpipe import Batch, Beam, BeamSettings, Decoder, KnownTarget, Metric, Ragged, row_extents
from seqpipe_text.translation.copied_words import copied_words
from seqpipe_text.translation.translation_metrics import bleu, chrf, require_sacrebleu
from seqpipe_text.words.unknown_token import UNKNOWN

_NOT_TRANSLATED = -10.0
"""The score of a sentence of whose words none is known: about that of words drawn at random."""


class Translate(Beam):
    """The likeliest translation of a text, found by beam search; how good it is, is told by BLEU and chrF.

    What a tokenizer marks as unknown in its column ``unknown`` is copied from the text, each word once, to where the
    translation has ``<unk>`` and looks at it. A sentence without any letter is copied as it is.
    """

    name: ClassVar[str] = "text.translate"
    adjustable: ClassVar[frozenset[str]] = Beam.adjustable | {"copy_unknown"}

    stretch: float | None = Field(
        2.5, gt=0, description="a hypothesis ends after so many tokens for each token of the text, and ten more"
    )
    copy_unknown: bool = Field(True, description="words that are not known are copied from the text")

    @property
    def gives(self) -> str:
        """A translation."""
        return "translation"

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

    def known(self, batch: Batch) -> Sequence[KnownTarget | None]:
        """Return the sentences without any letter, such as numbers and emoji, or without a known word, as they are."""
        if "spans" not in batch.columns:
            return super().known(batch)
        return [self._known(batch, row) for row in range(len(batch.rows))]

    def _known(self, batch: Batch, row: int) -> KnownTarget | None:
        text, spans = batch.row_record(row).text, batch.column("spans", Ragged)[row]
        whole = text[spans[0, 0] : spans[-1, 1]] if len(spans) else ""
        if not any(map(str.isalpha, whole)):
            return KnownTarget(whole)
        if self._copies(batch):
            known = spans[~batch.column("unknown", Ragged)[row]].tolist()
            if not any(text[begin:end].isalpha() for begin, end in known):
                return KnownTarget(whole, _NOT_TRANSLATED)
        return None

    def settings(self, batch: Batch, vocabulary: Sequence[str], wanted: npt.NDArray[np.bool_]) -> BeamSettings:
        """Let no sequence end before it has all that is to be copied."""
        settings = super().settings(batch, vocabulary, wanted)
        if not self._copies(batch):
            return settings
        unknown = batch.column("unknown", Ragged)
        counted = np.array([UNKNOWN in token for token in (*vocabulary, "")])
        due = [np.count_nonzero(unknown[row]) for row in range(len(unknown))]
        return replace(settings, attends=True, due=np.array(due, np.int64), counted=counted)

    def write(self, tokens: Sequence[str], attention: Sequence[Any], batch: Batch, row: int) -> str:
        """Return the translation that tokens make, with what is copied."""
        if not self._copies(batch):
            return super().write(tokens, attention, batch, row)
        spans, unknown = (batch.column(name, Ragged)[row] for name in ("spans", "unknown"))
        looks = [weights for token, weights in zip(tokens, attention, strict=True) if UNKNOWN in token]
        words = iter(copied_words(batch.row_record(row).text, spans, unknown, looks))
        written = []
        for token in tokens:
            word = next(words) if UNKNOWN in token else ""
            if word or UNKNOWN not in token:
                written.append(token.replace(UNKNOWN, word))
        return self.target.join(written)

    def join(self, texts: Sequence[str], batch: Batch, rows: Sequence[int]) -> str:
        """Return the translations of sentences, between them what stands there in the text: line breaks, or a space."""
        if "spans" not in batch.columns:
            return super().join(texts, batch, rows)
        text = batch.row_record(rows[0]).text
        extents = row_extents(batch.column("spans", Ragged)).array[list(rows)]
        joined = texts[0]
        for translation, before, here in zip(texts[1:], extents[:-1], extents[1:], strict=True):
            between = text[before[1] : here[0]]
            if "\n" not in between:
                between = between[:1] and " "
            joined += between + translation
        return joined

    def _copies(self, batch: Batch) -> bool:
        return self.copy_unknown and {"unknown", "spans"} <= batch.columns.keys()
