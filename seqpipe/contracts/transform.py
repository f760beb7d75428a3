"""Tokenizers and encoders."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from seqpipe.contracts.stage import Learned, Learner, Stage, Step
from seqpipe.data import Spec


class _Transform(Stage):
    def learner(self, spec: Spec) -> Learner | None:
        """Return what gathers this stage's `Learned` from batches of ``spec``; None: there is nothing to learn."""
        return None

    @abstractmethod
    def build(self, spec: Spec, learned: Learned) -> Step:
        """Check what comes in and return the step.

        Args:
            spec: of the batches that come in.
            learned: what `learner` found; empty if it found nothing.

        Raises:
            ConfigError: this stage cannot take ``spec`` (see `Spec.require`).
        """


class Tokenizer(_Transform):
    """Turns payloads into sequences: text into words, samples into frames. It sets ``sequence``, and ``spans`` where
    a position of the sequence can be told from its place in the source.
    """

    kind: ClassVar[str] = "tokenizer"

    @property
    def invertible(self) -> bool:
        """Whether `join` gives every text back whose tokens are all in the vocabulary."""
        return False

    def join(self, tokens: Sequence[str]) -> str:
        """Return the text that the given tokens (entries of ``spec.vocabulary``) make."""
        return " ".join(tokens)


class Encoder(_Transform):
    """Turns a sequence into one that a core takes: ids into one-hot vectors, frames into normalised ones."""

    kind: ClassVar[str] = "encoder"
