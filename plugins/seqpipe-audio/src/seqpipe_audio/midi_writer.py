"""Music as MIDI files."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from seqpipe import Layout, Record, Writer
from seqpipe_audio.music_results import by_voice, notes_of

_QUARTER = 480
"""Ticks in a quarter note."""


class WriteMidi(Writer):
    """A MIDI file a piece, with a track for each voice."""

    name: ClassVar[str] = "audio.midi"
    suffix: ClassVar[str] = ".mid"
    separate: ClassVar[bool] = True

    tempo: float = Field(90.0, ge=10, le=500, description="quarter notes a minute")
    program: int = Field(0, ge=0, le=127, description="the instrument in General MIDI, from 0: 0 piano, 19 organ")
    velocity: int = Field(80, ge=1, le=127, description="how hard keys are struck")

    def encode(self, record: Record, layout: Layout = None) -> bytes:
        """Return the file.

        Raises:
            RecordError: there are no notes, or some that MIDI does not have.
        """
        import symusic  # noqa: PLC0415 - it takes 0.2 s, and speech does without

        score = symusic.Score(_QUARTER)
        score.tempos.append(symusic.Tempo(0, self.tempo))
        score.time_signatures.append(symusic.TimeSignature(0, 4, 4))
        for voice, notes in by_voice(notes_of(record)).items():
            track = symusic.Track(voice, self.program, is_drum=False)
            for note in notes:
                start = round(note["start"] * _QUARTER)
                ticks = max(1, round((note["start"] + note["length"]) * _QUARTER) - start)
                track.notes.append(symusic.Note(start, ticks, note["pitch"], self.velocity))
            score.tracks.append(track)
        return bytes(score.dumps_midi())
