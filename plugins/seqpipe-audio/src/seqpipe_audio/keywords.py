"""The decoder that listens for words, and answers each once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import Field

from seqpipe import (
    Comparison,
    ConfigError,
    Decoder,
    Incoming,
    LabelLearner,
    LabelSetComparison,
    LearnedTexts,
    Learner,
    Names,
    Objective,
    Step,
)
from seqpipe_audio.keyword_answers import KeywordAnswers, Rules
from seqpipe_audio.keyword_objective import KeywordObjective, keyword_sets

Threshold = Annotated[float, Field(gt=0, le=1)]


class Keywords(Decoder):
    """Words that are listened for (keyword spotting): each is answered once, as soon as it was said.

    A label's score at a position is its probability by the mean of the last ``smoothing`` positions' logits. A word is
    answered when its score has reached its threshold, and no label's was greater for some time. The network
    learns from which words a recording holds, not where (max-pooling loss, M. Sun et al., 2016). Words of a target that
    are not among the ``labels`` are no word to it, as music is none.
    """

    name: ClassVar[str] = "audio.keywords"
    adjustable: ClassVar[frozenset[str]] = frozenset({"words", "threshold", "thresholds", "patience", "cool_down"})

    labels: Names = Field((), description="words that are told apart, in the order of the logits; none: learned")
    words: Names = Field((), description="labels that are answered; none: all")
    threshold: Threshold = Field(0.5, description="the least score of an answer")
    thresholds: dict[str, Threshold] = Field({}, description="that of single words, by word, where it is another")
    smoothing: int = Field(5, ge=1, le=100, description="positions that logits are averaged over")
    margin: int = Field(
        20, ge=0, description="in training, positions before and after the best one of a word at which it may be heard"
    )
    patience: float = Field(
        0.3,
        ge=0,
        description="seconds without a greater score, of this word or of another label, after which it is answered",
    )
    cool_down: float = Field(0.4, ge=0, description="seconds without an answer, from the end of an answered word on")

    @property
    def learns(self) -> Mapping[str, Any]:
        """The labels, unless they are given."""
        return {} if self.labels else {"labels": LearnedTexts}

    def learner(self, incoming: Incoming) -> Learner | None:
        """Gather the words of the targets, unless the labels are given."""
        return None if self.labels else LabelLearner(sequences=True, separator=" ", least=1)

    @property
    def gives(self) -> str:
        """Words, each when it was said."""
        return "words"

    def objective(self, incoming: Incoming) -> Objective:
        """Ask for one logit a label at each position.

        Raises:
            ConfigError: a word is none of the labels.
        """
        labels = self._labels(incoming)
        return KeywordObjective(labels, self._words(labels), self.smoothing, self.margin)

    def comparison(self, incoming: Incoming) -> Comparison:
        """Compare the words that a recording holds, whatever their order and number, with those that were answered."""
        words = self._words(self._labels(incoming))
        return LabelSetComparison(words, partial(keyword_sets, words=frozenset(words)))

    def build(self, incoming: Incoming) -> Step:
        """Take logits of positions that know their time.

        Raises:
            ConfigError: something else comes in, or a word is none of the labels.
        """
        spec = incoming.spec.require(self.name, "logits", pooled=False)
        spans = spec.columns.get("spans")
        if spans is None or not spans.rate or not spec.rate or spec.windowed:
            raise ConfigError(f"{self.name} needs positions that know their time", "begin with audio.log_mel")
        labels = self._labels(incoming)
        words = self._words(labels)
        rules = Rules(
            labels,
            np.array([self.thresholds.get(label, self.threshold) for label in labels], np.float64),
            np.array([label in words for label in labels], bool),
            self.smoothing,
            max(round(self.patience * spec.rate), 1),
            round(self.cool_down * spec.rate),
            spans.rate,
        )
        return KeywordAnswers(spec.replace(kind="outputs"), rules)

    def _labels(self, incoming: Incoming) -> tuple[str, ...]:
        return self.labels or tuple(incoming.learned.get("labels", ()))

    def _words(self, labels: tuple[str, ...]) -> tuple[str, ...]:
        """Return the words that are answered, which are among the labels, if these are known yet."""
        for word in (*self.words, *self.thresholds):
            if labels and word not in labels:
                raise ConfigError(f"{self.name} does not know the word {word!r}", f"it knows {', '.join(labels)}")
        return self.words or labels
