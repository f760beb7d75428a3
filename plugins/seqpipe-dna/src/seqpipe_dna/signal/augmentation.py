"""Augmentations of signal: other pores, amplifiers and motors than those of the reads at hand."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np
from pydantic import Field

from seqpipe import Augmentation, Range, Record

_DRIFT = 512  # samples from one point at which the drift is drawn to the next


class Noise(Augmentation):
    """Signal with white noise, as of an amplifier."""

    name: ClassVar[str] = "dna.noise"

    deviation: Range = Field((0.0, 0.1), description="least and greatest standard deviation, in spreads of a read")

    def apply(self, record: Record, random: np.random.Generator) -> Record:
        """Return the signal with noise whose deviation is drawn."""
        deviation = np.float32(random.uniform(*self.deviation))
        noise = random.standard_normal(len(record.payload), np.float32) * deviation
        return replace(record, payload=record.payload + noise)


class Gain(Augmentation):
    """Signal that is normalised otherwise: another spread and level, and one that drifts."""

    name: ClassVar[str] = "dna.gain"

    scale: float = Field(0.04, ge=0, description="standard deviation of the factor around 1")
    shift: float = Field(0.05, ge=0, description="standard deviation of what is added, in spreads of a read")
    drift: float = Field(0.04, ge=0, description="of what is added besides, and changes along the read")

    def apply(self, record: Record, random: np.random.Generator) -> Record:
        """Return the signal with a factor and a level that are drawn."""
        length = len(record.payload)
        factor, added = random.normal(1, self.scale), random.normal(0, self.shift)
        points = np.linspace(0, length, length // _DRIFT + 2)
        levels = added + random.normal(0, self.drift, len(points))
        changed = record.payload * np.float32(factor) + np.interp(np.arange(length), points, levels)
        return replace(record, payload=changed.astype(np.float32))


class Tempo(Augmentation):
    """Signal of a strand that moves faster or slower through the pore."""

    name: ClassVar[str] = "dna.tempo"

    factor: Range = Field((0.9, 1.15), description="least and greatest tempo; the bases of a record stay the same")

    def apply(self, record: Record, random: np.random.Generator) -> Record:
        """Return the signal at a tempo that is drawn, interpolated between its samples."""
        factor = max(random.uniform(*self.factor), 0.1)
        samples = record.payload
        if not len(samples):
            return record
        places = np.arange(max(round(len(samples) / factor), 1)) * factor
        return replace(record, payload=np.interp(places, np.arange(len(samples)), samples).astype(np.float32))
