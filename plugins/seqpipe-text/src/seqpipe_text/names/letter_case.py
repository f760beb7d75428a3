"""Texts in small letters or in capitals, to learn from: chats and headlines are written so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

import numpy as np
from pydantic import Field

from seqpipe import Augmentation, Record, Share


class LetterCase(Augmentation):
    """Some of the texts in small letters only, some in capitals only; every character keeps its place."""

    name: ClassVar[str] = "text.letter_case"

    lower: Share = Field(0.1, description="the share of texts in small letters")
    upper: Share = Field(0.1, description="the share of texts in capitals")

    def apply(self, record: Record, random: np.random.Generator) -> Record:
        """Draw whether the text is changed, and how."""
        drawn = random.random()
        if drawn < self.lower:
            return replace(record, payload=_changed(record.text, str.lower))
        if drawn < self.lower + self.upper:
            return replace(record, payload=_changed(record.text, str.upper))
        return record


def _changed(text: str, change: Callable[[str], str]) -> str:
    """Return the changed text; a letter of which the change would make several stays."""
    changed = change(text)
    if len(changed) == len(text):
        return changed
    return "".join(other if len(other := change(character)) == 1 else character for character in text)
