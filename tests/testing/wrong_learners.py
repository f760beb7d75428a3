"""Stages that are wrong in what they learn, and encoders that are wrong in what they do to frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

import seqpipe
from tests.testing.wrong_steps import TOKENS, Letters, LettersStep


class Vocabulary(seqpipe.Learner):
    """Gathers the letters; right."""

    def __init__(self) -> None:
        self.seen: set[str] = set()

    def see(self, batch: seqpipe.Batch) -> None:
        self.seen |= {letter for record in batch.records for letter in record.payload}

    def learned(self) -> seqpipe.Learned:
        return {"letters": sorted(self.seen)}


class LastBatch(Vocabulary):
    """Knows only what it saw last."""

    def see(self, batch: seqpipe.Batch) -> None:
        self.seen = {letter for record in batch.records for letter in record.payload}


class AsSet(Vocabulary):
    """Learns a set, which JSON does not have."""

    def learned(self) -> seqpipe.Learned:
        return {"letters": frozenset(self.seen)}


class Learning(Letters):
    """Letters by their place in what was learned."""

    name: ClassVar[str] = "wrong.learning"
    learner_class: ClassVar[type[Vocabulary]] = Vocabulary

    @property
    def learns(self) -> Mapping[str, Any]:
        return {"letters": seqpipe.LearnedTexts}

    def learner(self, incoming: seqpipe.Incoming) -> seqpipe.Learner:
        return self.learner_class()

    def step(self, spec: seqpipe.Spec, learned: seqpipe.Learned) -> seqpipe.Step:
        return LearnedStep(tuple(sorted(learned.get("letters", ()))))


class LearnedStep(LettersStep):
    def __init__(self, letters: Sequence[str]) -> None:
        super().__init__(TOKENS)
        self.letters = letters

    def ids(self, text: str) -> Sequence[int]:
        return [self.letters.index(letter) if letter in self.letters else 127 for letter in text]


class LearnsTheLast(Learning):
    """Learns the last batch only."""

    learner_class: ClassVar[type[Vocabulary]] = LastBatch


class LearnsASet(Learning):
    """Learns what no file can keep."""

    learner_class: ClassVar[type[Vocabulary]] = AsSet

    @property
    def learns(self) -> Mapping[str, Any]:
        return {"letters": Any}


class NeedsToHaveLearned(Learning):
    """Cannot be built before it has learned."""

    def step(self, spec: seqpipe.Spec, learned: seqpipe.Learned) -> seqpipe.Step:
        return LearnedStep(tuple(learned["letters"]))


class Claims(Letters):
    """Says that it can be inverted, and joins with spaces."""

    @property
    def invertible(self) -> bool:
        return True

    def step(self, spec: seqpipe.Spec, learned: seqpipe.Learned) -> seqpipe.Step:
        return LettersStep(TOKENS.replace(vocabulary=tuple(map(chr, range(128)))))


class Clip(seqpipe.Encoder):
    """Clips frames where they lie."""

    name: ClassVar[str] = "wrong.clip"

    def build(self, incoming: seqpipe.Incoming) -> seqpipe.Step:
        spec = incoming.spec.require(self.name, "frames")
        return ClipStep(spec)


class ClipStep(seqpipe.Step):
    def __init__(self, spec: seqpipe.Spec) -> None:
        self.spec = spec

    def __call__(self, batch: seqpipe.Batch, state: Any = None) -> tuple[seqpipe.Batch, Any]:
        np.clip(batch.ragged.array, -1, 1, out=batch.ragged.array)
        return batch, None
