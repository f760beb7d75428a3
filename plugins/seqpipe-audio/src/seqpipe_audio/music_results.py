"""The notes of a result, as writers take them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from seqpipe import Record, RecordError
from seqpipe_audio.piano_roll import Note

HIGHEST_PITCH = 127
"""The highest note that MIDI has."""


def notes_of(record: Record) -> list[Note]:
    """Return the notes of a result.

    Raises:
        RecordError: it has none, or something else, or one that MIDI has no number for.
    """
    notes = record.payload.get("notes") if isinstance(record.payload, Mapping) else None
    if not isinstance(notes, list) or not all(_is_note(note) for note in notes):
        advice = "end the pipeline with a decoder that gives notes, such as audio.voices or audio.notes"
        raise RecordError("the result has no notes to write", advice, record.location)
    for note in notes:
        if not 0 <= note["pitch"] <= HIGHEST_PITCH:
            what = f"the pitch {note['pitch']} is none that MIDI has (0 to {HIGHEST_PITCH})"
            raise RecordError(what, "transpose it", record.location)
    return notes


def _is_note(note: Any) -> bool:
    if not isinstance(note, Mapping) or not isinstance(note.get("pitch"), int):
        return False
    times = note.get("start"), note.get("length")
    return all(isinstance(time, int | float) and 0 <= time < math.inf for time in times)


def quarters(notes: Iterable[Note]) -> float:
    """Return how long notes last, in quarter notes."""
    return max((float(note["start"] + note["length"]) for note in notes), default=0.0)


def by_voice(notes: Iterable[Note]) -> dict[str, list[Note]]:
    """Return notes by the name of their voice; those without one under the empty name."""
    parts: dict[str, list[Note]] = {}
    for note in notes:
        parts.setdefault(note.get("voice", ""), []).append(note)
    return parts
