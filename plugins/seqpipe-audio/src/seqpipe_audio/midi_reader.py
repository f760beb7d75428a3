"""Openings: pieces of music from MIDI files, to be continued."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from seqpipe import Location, Reader, Record, RecordError, Source, Spec
from seqpipe_audio.piano_roll import KEYS, Note, roll_of_notes
from seqpipe_audio.satb import NO_VOICES, VOICES, Voices

Part = list[Note]
"""The notes of one track of a file, in quarter notes."""


class ReadMidi(Reader):
    """Openings from MIDI files; without any, openings of no length, for music out of nothing.

    A file that has no notes, is damaged, or lasts longer than ``longest`` is an error of that record alone. Notes that
    do not end are left out.
    """

    name: ClassVar[str] = "audio.midi"
    suffixes: ClassVar[tuple[str, ...]] = (".mid", ".midi")
    isolated: ClassVar[bool] = True
    out_of_nothing: ClassVar[bool] = True

    form: Literal["roll", "voices"] = Field("roll", description="88 keys, or four voices, each in a track of its own")
    step: float = Field(1.0, gt=0, description="quarter notes in a step of the grid that notes are moved to")
    transpose: int = Field(0, ge=-48, le=48, description="semitones from what is heard to what the network reads")
    pieces: int = Field(1, ge=1, description="how many pieces go on from each opening")
    longest: int = Field(10_000, ge=1, description="steps that an opening may have")

    @property
    def spec(self) -> Spec:
        """Numbers of shape (steps, 88), or voices of shape (steps, 4)."""
        return Spec("numbers", width=KEYS) if self.form == "roll" else Spec("voices", width=len(VOICES))

    def read(self, source: Source) -> Iterator[Record | RecordError]:
        """Yield each opening as often as it is to be continued."""
        try:
            payload = self._nothing() if source.is_nothing else self._opening(source)
        except RecordError as error:
            yield error
            return
        name = re.sub(r"\.midi?$", "", source.name) or "piece"
        for piece in range(1, self.pieces + 1):
            yield Record(f"{name}:{piece}" if self.pieces > 1 else name, payload, source.name, piece)

    def _nothing(self) -> npt.NDArray[np.uint8] | Voices:
        return np.zeros((0, KEYS), np.uint8) if self.form == "roll" else NO_VOICES

    def _opening(self, source: Source) -> npt.NDArray[np.uint8] | Voices:
        where = Location(source.name)
        with source.open() as file:
            parts = _parts(file.read(), where)
        for part in parts:
            for note in part:
                note["pitch"] += self.transpose
        last = max(note["start"] + note["length"] for part in parts for note in part)
        if last > self.longest * self.step:
            advice = f"cut it, or raise `longest` above {self.longest:,} steps of {self.step:g}"
            raise RecordError(f"lasts {last:,.0f} quarter notes, too long for an opening", advice, where)
        if self.form == "roll":
            return roll_of_notes((note for part in parts for note in part), self.step)
        return _voices(parts, self.step, where)


def _parts(content: bytes, where: Location) -> list[Part]:
    """Return the tracks that have notes.

    Raises:
        RecordError: there is none, or it is no MIDI file.
    """
    import symusic  # noqa: PLC0415 - it takes 0.2 s, and speech does without

    try:
        score = symusic.Score.from_midi(content)
    except (RuntimeError, ValueError) as error:
        reason = re.sub(r"^MiniMidi: (Inva[il]+d midi file! )?|!?(: iostream error)?$", "", str(error))
        raise RecordError(f"not a MIDI file: {reason}", "export it again", where) from None
    quarter = score.ticks_per_quarter
    if quarter <= 0:
        raise RecordError("the MIDI file has no ticks in a quarter note", "export it again", where)
    parts = [
        [{"pitch": n.pitch, "start": n.time / quarter, "length": n.duration / quarter} for n in track.notes]
        for track in score.tracks
        if len(track.notes) and not track.is_drum
    ]
    if not parts:
        raise RecordError("the MIDI file has no notes", "name one that has, or none to begin with nothing", where)
    return parts


def _voices(parts: list[Part], step: float, where: Location) -> Voices:
    """Return the pitch of each voice at each step; a voice that rests keeps its last pitch, or has its first before.

    Raises:
        RecordError: there are not four voices.
    """
    if len(parts) != len(VOICES):
        what = f"the opening has {len(parts)} track{'s' if len(parts) > 1 else ''} with notes, not {len(VOICES)}"
        raise RecordError(what, "put soprano, alto, tenor and bass in a track each", where)
    parts.sort(key=lambda part: -sum(note["pitch"] for note in part) / len(part))
    steps = max(1, *(round((note["start"] + note["length"]) / step) for part in parts for note in part))
    voices = np.zeros((steps, len(VOICES)), np.int32)
    for voice, part in enumerate(parts):
        part.sort(key=lambda note: note["start"])
        voices[:, voice] = part[0]["pitch"]
        for note in part:
            voices[round(note["start"] / step) :, voice] = note["pitch"]
    return voices
