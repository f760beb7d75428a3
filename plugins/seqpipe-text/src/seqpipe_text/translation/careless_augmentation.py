"""Training data as people type them in a hurry."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np
from pydantic import Field

from seqpipe import Augmentation, Record, Share


class Careless(Augmentation):
    """Texts as people type them in a hurry: some without capitals, some without the full stop at the end.

    The target loses its full stop where the text does, and keeps its capitals.
    """

    name: ClassVar[str] = "text.careless"

    small: Share = Field(0.1, description="share of texts that are taken in small letters")
    open: Share = Field(0.1, description="share of texts that lose the full stop at their end")

    def apply(self, record: Record, random: np.random.Generator) -> Record:
        """Return the text in another form, or as it is."""
        text, target = record.text, record.target
        small, open_ended = random.random(2) < (self.small, self.open)
        if open_ended and text.endswith(".") and isinstance(target, str) and target.endswith("."):
            text, target = text.rstrip("."), target.rstrip(".")
        return replace(record, payload=text.lower() if small else text, target=target)
