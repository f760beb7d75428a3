"""The same music in another key."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np
from pydantic import Field

from seqpipe import Augmentation, Record
from seqpipe_audio.satb import VOICES, Voices


class Transpose(Augmentation):
    """Moves a piano roll up or down by a number of semitones, drawn evenly, as far as the piano goes."""

    name: ClassVar[str] = "audio.transpose"

    down: int = Field(5, ge=0, le=48, description="semitones down, at most")
    up: int = Field(6, ge=0, le=48, description="semitones up, at most")
    share: float = Field(1.0, ge=0, le=1, description="how many of the pieces are moved")

    def apply(self, record: Record, random: np.random.Generator) -> Record:
        """Return the piece in another key; notes that would fall off the piano keep it from moving so far."""
        used = np.flatnonzero(record.payload.any(axis=0))
        if not len(used) or random.random() >= self.share:
            return record
        keys = record.payload.shape[1]
        shift = random.integers(max(-self.down, -used[0]), min(self.up, keys - 1 - used[-1]), endpoint=True)
        return replace(record, payload=np.roll(record.payload, shift, axis=1))


class TransposeVoices(Augmentation):
    """Moves four voices up or down by a number of semitones, drawn evenly, as far as all voices can sing it."""

    name: ClassVar[str] = "audio.transpose_voices"

    down: int = Field(5, ge=0, le=48, description="semitones down, at most")
    up: int = Field(6, ge=0, le=48, description="semitones up, at most")

    def apply(self, record: Record, random: np.random.Generator) -> Record:
        """Return the piece in another key."""
        voices: Voices = record.payload
        if not len(voices):
            return record
        room_below = min(int(voices[:, i].min()) - voice.lowest for i, voice in enumerate(VOICES))
        room_above = min(voice.highest - int(voices[:, i].max()) for i, voice in enumerate(VOICES))
        shift = random.integers(-min(self.down, max(room_below, 0)), min(self.up, max(room_above, 0)), endpoint=True)
        return replace(record, payload=voices + np.int32(shift))
