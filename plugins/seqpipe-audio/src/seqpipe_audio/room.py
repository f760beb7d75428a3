"""The augmentation that gives recordings the echo of a room."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np
from pydantic import Field

from seqpipe import Augmentation, Range, Record
from seqpipe_audio.sound_files import Samples


class Room(Augmentation):
    """Sound as it is heard from some way off in a room, whose echo is noise that dies away (J. Moorer, 1979)."""

    name: ClassVar[str] = "audio.room"

    rate: int = Field(8000, ge=1000, description="samples a second (Hz), as the reader gives them")
    share: float = Field(0.5, ge=0, le=1, description="share of recordings that are in a room")
    decay: Range = Field((0.1, 0.7), description="seconds in which the echo falls by 60 dB")
    direct: Range = Field((0.0, 20.0), description="how far the direct sound is above the echo, in decibels")

    def apply(self, record: Record, random: np.random.Generator) -> Record:
        """Return the recording with the echo of a room that is drawn; as long and as loud as before."""
        samples: Samples = record.payload
        if not len(samples) or random.random() >= self.share:
            return record
        response = self._response(random)
        size = 1 << (len(samples) + len(response) - 1).bit_length()
        heard = np.fft.irfft(np.fft.rfft(samples, size) * np.fft.rfft(response, size), size)[: len(samples)]
        return replace(record, payload=heard.astype(np.float32))

    def _response(self, random: np.random.Generator) -> Samples:
        """Return what becomes of an impulse: itself, and noise from up to 10 ms later on; its energy is 1."""
        seconds = random.uniform(*self.decay)
        time = np.arange(max(round(seconds * self.rate), 1)) / self.rate
        echo = random.standard_normal(len(time)) * 10 ** (-3 * time / seconds) * (time >= random.uniform(0.001, 0.01))
        level = 10 ** (-random.uniform(*self.direct) / 20) / max(float(np.sqrt(np.sum(echo**2))), 1e-9)
        response = echo * level
        response[0] = 1.0
        normalised: Samples = (response / np.sqrt(np.sum(response**2))).astype(np.float32)
        return normalised
