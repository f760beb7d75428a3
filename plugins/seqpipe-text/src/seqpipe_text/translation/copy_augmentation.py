"""Training data from which a network learns to copy what it does not know."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

import numpy as np
from pydantic import Field, PrivateAttr

from seqpipe import Augmentation, Record, Share
from seqpipe_text.words.unknown_token import NEVER_KNOWN

_WORD = re.compile(r"[^\W\d_]+|\d+")


class Copies(Augmentation):
    """Names and numbers that stand in a text and in its translation become unknown, so that a network learns to copy.

    A name is a word with a capital. A rare one becomes unknown in the translation: the network reads it as it is
    spelt, and says where it stands. Any of them sometimes becomes unknown on both sides.
    """

    name: ClassVar[str] = "text.copies"

    rare: int = Field(60, ge=0, description="records that a name stands in at most, to be unknown in the translation")
    share: Share = Field(0.7, description="of those that are made so")
    both: Share = Field(0.1, description="share of all names and numbers that are made unknown on both sides")

    _counts: Mapping[str, int] = PrivateAttr(default_factory=dict)

    def among(self, records: Sequence[Record]) -> Augmentation:
        """Count in how many texts each word stands."""
        counted = self.model_copy()
        counts: Counter[str] = Counter()
        for record in records:
            counts.update(set(_WORD.findall(record.text)))
        counted._counts = counts  # noqa: SLF001 - a copy of itself
        return counted

    def apply(self, record: Record, random: np.random.Generator) -> Record:
        """Return the record with some of its names and numbers unknown."""
        text, target = record.text, record.target
        if not isinstance(target, str):
            return record
        names = {word for word in _WORD.findall(target) if word[0].isupper() or word[0].isdigit()}
        for word in sorted(names & set(_WORD.findall(text))):
            drawn = random.random()
            if drawn < self.both:
                text = _without(text, word)
                target = _without(target, word)
            elif self._counts.get(word, 0) <= self.rare and drawn < self.both + (1 - self.both) * self.share:
                target = _without(target, word)
        return record if target is record.target else replace(record, payload=text, target=target)


def _without(text: str, word: str) -> str:
    letters = r"[^\W\d_]" if word[0].isalpha() else r"\d"
    return re.sub(rf"(?<!{letters}){word}(?!{letters})", NEVER_KNOWN, text)
