"""Music as sound."""

from __future__ import annotations

import io
import wave
from typing import ClassVar

import numpy as np
from pydantic import Field

from seqpipe import Layout, Record, RecordError, Writer
from seqpipe_audio.music_results import end_of, notes_of
from seqpipe_audio.synthesiser import render
from seqpipe_audio.tempo import TEMPO, in_seconds, tempos_of

_LONGEST = 3600.0
"""Seconds of sound in a file, at most."""


class WriteWav(Writer):
    """A WAV file a piece: one channel, 16 bits, played by a small synthesiser."""

    name: ClassVar[str] = "audio.wav"
    suffix: ClassVar[str] = ".wav"
    media_type: ClassVar[str] = "audio/wav"
    separate: ClassVar[bool] = True

    tempo: float | None = Field(None, ge=10, le=500, description=TEMPO)
    rate: int = Field(44_100, ge=8_000, le=192_000, description="samples a second (Hz)")

    def encode(self, record: Record, layout: Layout = None) -> bytes:
        """Return the file.

        Raises:
            RecordError: there are no notes, or they last longer than an hour.
        """
        notes = in_seconds(notes_of(record), tempos_of(record, self.tempo))
        seconds = end_of(notes)
        if seconds > _LONGEST:
            what = f"the music lasts {seconds:,.0f} s, more than {_LONGEST:,.0f}"
            raise RecordError(what, "generate less, or play it faster", record.location)
        samples = np.round(render(notes, self.rate) * 32_767).astype("<i2")
        content = io.BytesIO()
        with wave.open(content, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(self.rate)
            file.writeframes(samples.tobytes())
        return content.getvalue()
