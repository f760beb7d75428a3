"""Tokenizers and encoders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from seqpipe.contracts.pipeline_stage import PipelineStage


class Tokenizer(PipelineStage):
    """Turns payloads into sequences: text into words, samples into frames. It sets ``sequence``, and ``spans`` where
    a position of the sequence can be told from its place in the source.

    Attributes:
        takes: what people call its payloads, where it takes some of their kind only, such as ``dna`` of texts.
    """

    kind: ClassVar[str] = "tokenizer"
    takes: ClassVar[str] = ""

    @property
    def invertible(self) -> bool:
        """Whether `join` gives every text back whose tokens are all in the vocabulary."""
        return False

    def join(self, tokens: Sequence[str]) -> str:
        """Return the text that the given tokens (entries of ``spec.vocabulary``) make."""
        return " ".join(tokens)


class Encoder(PipelineStage):
    """Turns a sequence into one that a core takes: ids into one-hot vectors, frames into normalised ones."""

    kind: ClassVar[str] = "encoder"
