"""Parts of a MIDI file as soprano, alto, tenor and bass."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from seqpipe import Location, RecordError
from seqpipe_audio.midi_score import Part
from seqpipe_audio.piano_roll import Note
from seqpipe_audio.satb import VOICES, Voice, Voices


def voices_of_parts(parts: Sequence[Part], step: float, where: Location) -> list[list[Note]]:
    """Return the notes of each voice, which are given its name.

    Parts that are named soprano, alto, tenor and bass, or S, A, T and B, are these; otherwise the one that is highest
    on average is the soprano, and so on.

    Raises:
        RecordError: there are not four parts, or one sings two notes at once. Legato is not meant: less than half a
            step, and not the whole of a note.
    """
    if len(parts) != len(VOICES):
        what = f"the opening has {len(parts)} part{'s' if len(parts) > 1 else ''} with notes, not {len(VOICES)}"
        raise RecordError(what, "put soprano, alto, tenor and bass on a track or a channel each", where)
    for voice, part in zip(VOICES, ordered := _ordered(parts), strict=True):
        if chord := _first_chord(part.notes, step):
            low, high, start = chord
            what = f"the {voice.name} has the notes {low} and {high} at once, at quarter note {start:g}"
            raise RecordError(what, "give each voice a track of its own, with one note at a time", where)
    return [[note | {"voice": voice.name} for note in part.notes] for voice, part in zip(VOICES, ordered, strict=True)]


def grid_of_voices(voices: Sequence[Sequence[Note]], step: float, least: int) -> Voices:
    """Return the pitch of each voice at each of ``least`` steps, or more if a note needs them.

    A voice that rests keeps its last pitch, or has its first before it sings.
    """
    begins = [[round(note["start"] / step) for note in notes] for notes in voices]
    ends = [round((note["start"] + note["length"]) / step) for notes in voices for note in notes]
    steps = max(least, *ends, *(begin + 1 for of_voice in begins for begin in of_voice))
    grid = np.zeros((steps, len(VOICES)), np.int32)
    for voice, notes in enumerate(voices):
        grid[:, voice] = notes[0]["pitch"]
        for begin, note in zip(begins[voice], notes, strict=True):
            grid[begin:, voice] = note["pitch"]
    return grid


def _ordered(parts: Sequence[Part]) -> list[Part]:
    named = {voice: part for voice in VOICES for part in parts if _is_called(part, voice)}
    if len({id(part) for part in named.values()}) == len(VOICES):
        return [named[voice] for voice in VOICES]
    return sorted(parts, key=lambda part: -sum(note["pitch"] for note in part.notes) / len(part.notes))


def _is_called(part: Part, voice: Voice) -> bool:
    return part.name.casefold() in (voice.name, voice.letter.casefold())


def _first_chord(notes: Sequence[Note], step: float) -> tuple[int, int, float] | None:
    """Return two pitches that are sung at once, and from when on; None: there are none."""
    longest: Note | None = None
    for note in notes:
        if longest:
            end = longest["start"] + longest["length"]
            together = min(end, note["start"] + note["length"]) - note["start"]
            if together >= min(step / 2, note["length"], longest["length"]):
                low, high = sorted((longest["pitch"], note["pitch"]))
                return low, high, note["start"]
            if note["start"] + note["length"] <= end:
                continue
        longest = note
    return None
