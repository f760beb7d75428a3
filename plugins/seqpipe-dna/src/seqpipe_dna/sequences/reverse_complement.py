"""The other strand in the place of some training records."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np
from pydantic import Field

from seqpipe import Augmentation, Names, Record
from seqpipe_dna.sequences.iupac import reverse_complement


class ReverseComplement(Augmentation):
    """Some sequences as the other strand reads, where that means the same, or something else that is known."""

    name: ClassVar[str] = "dna.reverse_complement"

    probability: float = Field(0.5, ge=0, le=1, description="how likely each sequence is turned, in each epoch")
    labels: Names = Field((), description="turn only sequences with one of these targets; none: all")

    target: str | None = Field(None, description="what turned sequences are; none: what they were")

    def apply(self, record: Record, random: np.random.Generator) -> Record:
        """Return the record with its reverse complement, or as it is."""
        meant = not self.labels or record.target in self.labels
        if random.random() >= self.probability or not meant:
            return record
        target = record.target if self.target is None else self.target
        return replace(record, payload=reverse_complement(record.text), target=target, raw=None)
