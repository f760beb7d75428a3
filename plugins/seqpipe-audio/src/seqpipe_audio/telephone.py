"""The augmentation that makes telephone calls of recordings of more than a telephone's band."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np
import soxr
from pydantic import Field

from seqpipe import Augmentation, Range, Record
from seqpipe_audio.sound_files import Samples

_LINE_RATE = 8000  # Hz
_MU = np.float32(255)
_STEPS = np.float32(127)  # on each side of zero


class Telephone(Augmentation):
    """Sound as a telephone gives it: without low and high frequencies, and in the 8 bits of the mu-law (ITU-T G.711).

    A pipeline at 16 kHz that learns with it understands recordings at 8 kHz as well, which its reader resamples.
    """

    name: ClassVar[str] = "audio.telephone"

    rate: int = Field(16_000, ge=_LINE_RATE, description="samples a second (Hz), as the reader gives them")
    share: float = Field(0.5, ge=0, le=1, description="share of recordings that are made so")
    low: Range = Field((0.0, 300.0), description="where the band begins, in Hz")
    high: Range = Field((3300.0, 4000.0), description="where it ends, in Hz")
    mu_law: float = Field(0.5, ge=0, le=1, description="share of these that are in 8 bits")

    def apply(self, record: Record, random: np.random.Generator) -> Record:
        """Return the recording through a line that is drawn, or as it is."""
        if random.random() >= self.share or not len(record.payload):
            return record
        samples = _in_band(
            soxr.resample(record.payload, self.rate, _LINE_RATE), random.uniform(*self.low), random.uniform(*self.high)
        )
        if random.random() < self.mu_law:
            samples = _mu_law(samples)
        length = len(record.payload)
        heard = soxr.resample(samples, _LINE_RATE, self.rate)[:length]
        return replace(record, payload=np.pad(heard, (0, length - len(heard))))


def _in_band(samples: Samples, low: float, high: float) -> Samples:
    """Return what lies between two frequencies, in Hz."""
    size = 1 << (len(samples) - 1).bit_length()
    spectrum = np.fft.rfft(samples, size)
    frequencies = np.arange(len(spectrum)) * (_LINE_RATE / size)
    spectrum[(frequencies < low) | (frequencies > high)] = 0
    return np.fft.irfft(spectrum, size)[: len(samples)].astype(np.float32)


def _mu_law(samples: Samples) -> Samples:
    """Return the samples as they are after they were rounded on the logarithmic scale of the mu-law."""
    compressed = np.sign(samples) * np.log1p(_MU * np.minimum(np.abs(samples), 1)) / np.log1p(_MU)
    rounded = np.round(compressed * _STEPS) / _STEPS
    expanded: Samples = np.sign(rounded) * np.expm1(np.abs(rounded) * np.log1p(_MU)) / _MU
    return expanded.astype(np.float32)
