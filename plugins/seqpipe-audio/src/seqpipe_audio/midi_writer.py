"""Music as MIDI files."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from seqpipe import Layout, Record, Writer
from seqpipe_audio.midi_score import MICROSECONDS
from seqpipe_audio.music_results import by_voice, notes_of, signatures_of
from seqpipe_audio.piano_roll import Note
from seqpipe_audio.tempo import TEMPO, tempos_of

if TYPE_CHECKING:
    import mido

_QUARTERS = (480, 1920, 15360)
"""Ticks in a quarter note: the least in which all notes begin and end, else the most.

15360 has all usual numbers as divisors: 96, 384, 960, 1024.
"""

_WHOLE = 1e-6
"""How far from a whole tick a time may be that was computed, such as a third and two thirds."""

_CHANNELS = tuple(channel for channel in range(16) if channel != 9)
"""Of the voices, in turn; channel 9, counted from zero, has the drums."""

_SLOWEST = 0xFF_FFFF
"""Microseconds in a quarter note, at most."""

Timed = tuple[int, "mido.Message"]
"""A message, and its tick."""


class WriteMidi(Writer):
    """A MIDI file a piece, with a track for each voice."""

    name: ClassVar[str] = "audio.midi"
    suffix: ClassVar[str] = ".mid"
    media_type: ClassVar[str] = "audio/midi"
    separate: ClassVar[bool] = True

    tempo: float | None = Field(None, ge=10, le=500, description=TEMPO)
    program: int = Field(0, ge=0, le=127, description="the instrument in General MIDI, from 0: 0 piano, 19 organ")
    velocity: int = Field(80, ge=1, le=127, description="how hard keys are struck")

    def encode(self, record: Record, layout: Layout = None) -> bytes:
        """Return the file.

        Raises:
            RecordError: there are no notes, or some that MIDI does not have.
        """
        import mido  # noqa: PLC0415 - speech does without

        notes = notes_of(record)
        quarter = _quarter(notes)
        file = mido.MidiFile(ticks_per_beat=quarter, charset="utf-8")
        file.tracks.append(_track(self._conductor(record, quarter)))
        for (voice, part), channel in zip(by_voice(notes).items(), itertools.cycle(_CHANNELS), strict=False):
            file.tracks.append(_track(self._part(voice, part, channel, quarter)))
        content = io.BytesIO()
        file.save(file=content)
        return content.getvalue()

    def _conductor(self, record: Record, quarter: int) -> Iterable[Timed]:
        import mido  # noqa: PLC0415

        for change in tempos_of(record, self.tempo):
            microseconds = min(max(1, round(MICROSECONDS / change["tempo"])), _SLOWEST)
            yield round(change["start"] * quarter), mido.MetaMessage("set_tempo", tempo=microseconds)
        for change in signatures_of(record):
            signature: dict[str, Any] = {"numerator": change["beats"], "denominator": change["unit"]}
            yield round(change["start"] * quarter), mido.MetaMessage("time_signature", **signature)

    def _part(self, voice: str, notes: Iterable[Note], channel: int, quarter: int) -> Iterable[Timed]:
        import mido  # noqa: PLC0415

        yield 0, mido.MetaMessage("track_name", name=voice)
        yield 0, mido.Message("program_change", channel=channel, program=self.program)
        for note in notes:
            begin = round(note["start"] * quarter)
            end = max(begin + 1, round((note["start"] + note["length"]) * quarter))
            key: dict[str, Any] = {"channel": channel, "note": note["pitch"]}
            yield begin, mido.Message("note_on", **key, velocity=self.velocity)
            yield end, mido.Message("note_off", **key)


def _quarter(notes: Iterable[Note]) -> int:
    times = {time for note in notes for time in (note["start"], note["start"] + note["length"])}
    fitting = (ticks for ticks in _QUARTERS if all(abs(time * ticks - round(time * ticks)) < _WHOLE for time in times))
    return next(fitting, _QUARTERS[-1])


def _track(messages: Iterable[Timed]) -> mido.MidiTrack:
    """Return messages as a track, in the order of their ticks; a key is let go before it is struck again."""
    import mido  # noqa: PLC0415

    ordered = sorted(messages, key=lambda timed: (timed[0], timed[1].type == "note_on"))
    waits = [after - before for before, after in itertools.pairwise([0, *(tick for tick, _ in ordered)])]
    return mido.MidiTrack(message.copy(time=wait) for (_, message), wait in zip(ordered, waits, strict=True))
