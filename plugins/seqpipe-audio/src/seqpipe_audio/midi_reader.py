"""Openings: pieces of music from MIDI files, to be continued."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from seqpipe import Location, Reader, Record, RecordError, Source, Spec
from seqpipe_audio.continuation import OPENING, cut
from seqpipe_audio.midi_file import parse
from seqpipe_audio.midi_score import Part, Score, restruck, score_of
from seqpipe_audio.midi_voices import grid_of_voices, voices_of_parts
from seqpipe_audio.music_results import HIGHEST_PITCH
from seqpipe_audio.piano_roll import KEYS, LOWEST, Note, roll_of_notes
from seqpipe_audio.satb import NO_VOICES, STEP, VOICES, Voices, by_beginning

Grid = npt.NDArray[np.uint8] | Voices
"""What a network reads: a piano roll, or four voices."""


class ReadMidi(Reader):
    """Openings from MIDI files; without any, openings of no length, for music out of nothing.

    The column ``opening`` has the notes as the file has them, from the beginning of each to its end or the end of the
    last step, its tempos and its time signatures. A file that has no notes, is damaged, lasts longer than ``longest``,
    or does not fit the form is an error of that record alone.
    """

    name: ClassVar[str] = "audio.midi"
    takes: ClassVar[str] = "music"
    suffixes: ClassVar[tuple[str, ...]] = (".mid", ".midi", ".rmi")
    isolated: ClassVar[bool] = True
    out_of_nothing: ClassVar[bool] = True

    form: Literal["roll", "voices"] = Field("roll", description="88 keys, or four voices, each in a track of its own")
    step: float | None = Field(
        None, gt=0, description="quarter notes in a step of what the network reads; if not given, 1, for voices 0.25"
    )
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
            payload, columns = (self._nothing(), {}) if source.is_nothing else self._opening(source)
        except RecordError as error:
            yield error
            return
        name = re.sub(r"\.(midi?|rmi)$", "", source.name) or "piece"
        for piece in range(1, self.pieces + 1):
            yield Record(f"{name}:{piece}" if self.pieces > 1 else name, payload, source.name, piece, columns)

    def _nothing(self) -> Grid:
        return np.zeros((0, KEYS), np.uint8) if self.form == "roll" else NO_VOICES

    def _opening(self, source: Source) -> tuple[Grid, dict[str, object]]:
        where = Location(source.name)
        with source.open() as file:
            score = score_of(parse(file.read(), where))
        step = self.step or (1.0 if self.form == "roll" else STEP)
        self._check(score, step, where)
        for part in score.parts:
            for note in part.notes:
                note["pitch"] += self.transpose
        grid, notes = self._grid(score.parts, step, round(score.length / step), where)
        heard = cut(notes, len(grid) * step)
        return grid, {OPENING: {"notes": heard, "tempos": score.tempos, "signatures": score.signatures}}

    def _check(self, score: Score, step: float, where: Location) -> None:
        """Check that there are notes, all of which can be continued."""
        if not score.parts:
            what = "the MIDI file has no notes" + (" but those of drums" if score.drums else "")
            raise RecordError(what, "name one that has, or none to begin with nothing", where)
        if score.length > self.longest * step:
            advice = f"cut it, or raise `longest` above {self.longest:,} steps of {step:g}"
            raise RecordError(f"lasts {score.length:,.0f} quarter notes, too long for an opening", advice, where)
        lowest, highest = (LOWEST, LOWEST + KEYS - 1) if self.form == "roll" else (0, HIGHEST_PITCH)
        for note in (note for part in score.parts for note in part.notes):
            if not lowest <= note["pitch"] + self.transpose <= highest:
                moved = f" (transposed by {self.transpose})" if self.transpose else ""
                place = f"the note {note['pitch']} at quarter note {note['start']:g}{moved}"
                what = f"{place} is outside of {lowest} to {highest}"
                raise RecordError(what, "leave it out, or set `transpose` so that all notes are within", where)

    def _grid(self, parts: list[Part], step: float, least: int, where: Location) -> tuple[Grid, list[Note]]:
        """Return what the network reads, at least so many steps, and the notes that it stands for."""
        if self.form == "roll":
            notes = restruck(note for part in parts for note in part.notes)
            return roll_of_notes(notes, step, least), notes
        voices = voices_of_parts(parts, step, where)
        return grid_of_voices(voices, step, least), by_beginning(note for notes in voices for note in notes)
