"""Augmentations: other forms of the training data."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import numpy as np

from seqpipe.data import Record
from seqpipe.stage.base import Stage


class Augmentation(Stage):
    """Maps a record, with its target, to another form of it. Active in training only, before the first tokenizer."""

    kind: ClassVar[str] = "augmentation"

    @abstractmethod
    def apply(self, record: Record, random: np.random.Generator) -> Record:
        """Return the new form.

        Args:
            record: left as it is.
            random: seeded by the training's seed, the epoch, the record and this stage.
        """
