"""The augmentation that puts sounds in which nobody speaks under recordings, or in their place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from seqpipe import Augmentation, Many, Range, Record
from seqpipe_audio.background_noise import clicks, crackle, hiss, hum, knocks, silence, wind
from seqpipe_audio.background_tones import beeps, music, telephone
from seqpipe_audio.sound_files import Samples

Kind = Literal["silence", "hiss", "wind", "hum", "clicks", "knocks", "crackle", "telephone", "beeps", "music"]

_SOUNDS: Mapping[Kind, Callable[[int, int, np.random.Generator], Samples]] = {
    "silence": silence,
    "hiss": hiss,
    "wind": wind,
    "hum": hum,
    "clicks": clicks,
    "knocks": knocks,
    "crackle": crackle,
    "telephone": telephone,
    "beeps": beeps,
    "music": music,
}


class Background(Augmentation):
    """Sounds in which nobody speaks, made up anew each time: under the recording, or in its place.

    So a network learns that noise, clicks, tones and music are no words.
    """

    name: ClassVar[str] = "audio.background"

    rate: int = Field(8000, ge=1000, description="samples a second (Hz), as the reader gives them")
    kinds: Many[Kind] = Field(tuple(_SOUNDS), min_length=1, description="which sounds")
    share: float = Field(0.5, ge=0, le=1, description="share of recordings under which a sound lies")
    snr: Range = Field((0.0, 40.0), description="how far the recording is above the sound, in decibels")
    alone: float = Field(0.05, ge=0, le=1, description="share of recordings in whose place there is the sound alone")
    level: Range = Field((-70.0, -6.0), description="of a sound alone, in decibels below full scale (effective value)")
    label: str = Field("", description="the target where a sound is alone: no text, or a label such as `silence`")

    def apply(self, record: Record, random: np.random.Generator) -> Record:
        """Return the recording with a sound under it, the sound alone, or the recording as it is."""
        samples: Samples = record.payload
        drawn = random.random()
        if not len(samples) or drawn >= self.alone + (1 - self.alone) * self.share:
            return record
        sound = self._sound(len(samples), random)
        if drawn < self.alone:
            return replace(record, payload=_at(random.uniform(*self.level), sound), target=self.label)
        level = 20 * np.log10(max(_effective(samples), 1e-9)) - random.uniform(*self.snr)
        return replace(record, payload=samples + _at(level, sound))

    def _sound(self, length: int, random: np.random.Generator) -> Samples:
        """Return one kind of sound, all the time or for a while, or two at a time; with an effective value of 1."""
        sound = self._of_a_kind(length, random)
        if random.random() < 0.3:
            sound += self._of_a_kind(length, random) * np.float32(10 ** (-random.uniform(0.0, 30.0) / 20))
        return _with_effective_value_1(sound)

    def _of_a_kind(self, length: int, random: np.random.Generator) -> Samples:
        kind = self.kinds[int(random.integers(len(self.kinds)))]
        sound = _with_effective_value_1(_SOUNDS[kind](length, self.rate, random))
        if random.random() < 0.3:
            begin, end = sorted(random.integers(length + 1, size=2).tolist())
            sound[:begin] = 0
            sound[end:] = 0
        return sound


def _at(level: float, sound: Samples) -> Samples:
    """Return a sound whose effective value is 1 at a level in decibels; a click may not be louder than full scale."""
    held: Samples = np.clip(sound * np.float32(10 ** (level / 20)), -1.0, 1.0)
    return held


def _with_effective_value_1(sound: Samples) -> Samples:
    return sound / np.float32(max(_effective(sound), 1e-9))


def _effective(samples: Samples) -> float:
    """Return the square root of the mean of squares."""
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))
