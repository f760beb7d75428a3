"""Augmentations: other forms of the training data."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from seqpipe.contracts.stage import Stage
from seqpipe.data import Record


class Augmentation(Stage):
    """Maps a record, with its target, to another form of it. Active in training only, before the first tokenizer."""

    kind: ClassVar[str] = "augmentation"

    def among(self, records: Sequence[Record]) -> Augmentation:
        """Return the form of this augmentation that mixes other records into one; by default there is no other form.

        Args:
            records: all that is learned from.

        Raises:
            RecordError: one of them cannot be mixed in.
        """
        return self

    @abstractmethod
    def apply(self, record: Record, random: np.random.Generator) -> Record:
        """Return the new form.

        Args:
            record: left as it is.
            random: seeded by the training's seed, the epoch, the record and this stage.
        """
