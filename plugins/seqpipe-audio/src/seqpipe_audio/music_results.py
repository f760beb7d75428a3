"""The notes of a result, as writers take them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from seqpipe import Record, RecordError
from seqpipe_audio.piano_roll import Note

HIGHEST_PITCH = 127
"""The highest note that MIDI has."""

MOST_BEATS = 255
"""In a bar of MIDI."""

UNITS = (1, 2, 4, 8, 16, 32, 64, 128)
"""Notes that a time signature may count."""


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


def signatures_of(record: Record) -> list[dict[str, Any]]:
    """Return the time signatures of a result; four quarter notes in a bar if it has none.

    Raises:
        RecordError: what it has is none that MIDI has.
    """
    signatures = record.payload.get("signatures") or [{"start": 0.0, "beats": 4, "unit": 4}]
    if not isinstance(signatures, list) or not all(map(_is_signature, signatures)):
        advice = "give [{'start': 0.0, 'beats': 3, 'unit': 4}, ...], or no `signatures`"
        raise RecordError("the time signatures of the result are none", advice, record.location)
    return signatures


def _is_signature(signature: Any) -> bool:
    if not isinstance(signature, Mapping):
        return False
    start, beats, unit = (signature.get(name) for name in ("start", "beats", "unit"))
    is_time = isinstance(start, int | float) and 0 <= start < math.inf
    return is_time and isinstance(beats, int) and 1 <= beats <= MOST_BEATS and unit in UNITS


def end_of(notes: Iterable[Note]) -> float:
    """Return when the last note ends, in what their times are in; 0 if there are none."""
    return max((float(note["start"] + note["length"]) for note in notes), default=0.0)


def by_voice(notes: Iterable[Note]) -> dict[str, list[Note]]:
    """Return notes by the name of their voice; those without one under the empty name."""
    parts: dict[str, list[Note]] = {}
    for note in notes:
        parts.setdefault(note.get("voice", ""), []).append(note)
    return parts
