"""Augmentations of sound: other voices, rooms and lines than those of the recordings at hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import soxr
from pydantic import Field

from seqpipe import Augmentation, Range, Record
from seqpipe_audio.sound_files import Samples

Spectrum = npt.NDArray[np.complexfloating]

_SPEED_UNIT = 1000  # soxr takes two rates; this makes a factor of them


class Speed(Augmentation):
    """Sound played faster or slower: time and pitch change together."""

    name: ClassVar[str] = "audio.speed"

    factor: Range = Field((0.9, 1.1), description="least and greatest speed")

    def apply(self, record: Record, random: np.random.Generator) -> Record:
        """Return the recording at a speed that is drawn."""
        factor = max(random.uniform(*self.factor), 0.1)
        return replace(record, payload=soxr.resample(record.payload, _SPEED_UNIT * factor, _SPEED_UNIT, quality="MQ"))


class Equalise(Augmentation):
    """Sound as other microphones and lines give it: louder or softer, and not equally so at all frequencies."""

    name: ClassVar[str] = "audio.equalise"

    gain: Range = Field((-10.0, 10.0), description="of the whole, in decibels")
    points: int = Field(5, ge=2, description="frequencies, evenly spaced, at which a gain is drawn")
    deviation: float = Field(5.0, ge=0, description="standard deviation of these gains, in decibels")

    def apply(self, record: Record, random: np.random.Generator) -> Record:
        """Return the recording with gains that are drawn, and that change gradually in between."""
        decibels = random.uniform(*self.gain) + self.deviation * random.standard_normal(self.points)

        def shaped(spectrum: Spectrum) -> Spectrum:
            places = np.linspace(0, self.points - 1, len(spectrum))
            gains = np.interp(places, np.arange(self.points), decibels * (np.log(10) / 20))
            shaped_spectrum: Spectrum = spectrum * np.exp(gains.astype(np.float32))
            return shaped_spectrum

        return _filtered(record, shaped)


class Mask(Augmentation):
    """Sound with stretches of time and bands of frequencies that are nearly silent (D. Park et al., SpecAugment, 2019).

    It works on samples, before the front end, so that it fits any.
    """

    name: ClassVar[str] = "audio.mask"

    bands: int = Field(2, ge=0, description="bands, at most")
    band: float = Field(0.15, ge=0, le=1, description="width of a band, at most, as a share of all frequencies")
    times: int = Field(2, ge=0, description="stretches, at most")
    time: float = Field(0.06, ge=0, le=1, description="length of a stretch, at most, as a share of the recording")
    attenuation: float = Field(30.0, ge=0, description="how much softer these are, in decibels")

    def apply(self, record: Record, random: np.random.Generator) -> Record:
        """Return the recording with stretches and bands that are drawn."""
        gain = 10 ** (-self.attenuation / 20)
        samples = record.payload.copy()
        for _ in range(random.integers(self.times + 1)):
            samples[_stretch(len(samples), self.time, random)] *= np.float32(gain)
        bands = [(random.random(), random.random()) for _ in range(random.integers(self.bands + 1))]

        def masked(spectrum: Spectrum) -> Spectrum:
            for place, share in bands:
                length = int(share * self.band * len(spectrum))
                begin = int(place * (len(spectrum) - length))
                spectrum[begin : begin + length] *= gain
            return spectrum

        changed = replace(record, payload=samples)
        return _filtered(changed, masked) if bands else changed


def _stretch(length: int, most: float, random: np.random.Generator) -> slice:
    size = int(random.random() * most * length)
    begin = int(random.integers(length - size + 1))
    return slice(begin, begin + size)


def _filtered(record: Record, change: Callable[[Spectrum], Spectrum]) -> Record:
    """Return the recording with its spectrum changed."""
    samples: Samples = record.payload
    if not len(samples):
        return record
    size = _transform_size(len(samples))
    spectrum = change(np.fft.rfft(samples, size))
    return replace(record, payload=np.fft.irfft(spectrum, size)[: len(samples)].astype(np.float32))


def _transform_size(length: int) -> int:
    """Return the next power of two: transforms of other sizes take many times as long."""
    return 1 << (length - 1).bit_length()
