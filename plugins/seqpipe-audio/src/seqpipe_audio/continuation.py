"""Openings as their file has them, and the results that go on from them.

What a network reads of an opening has neither rests nor repeated notes nor a tempo. So the opening goes along with the
record, in the column ``opening``, and stands in the result as it was given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from seqpipe import Record
from seqpipe_audio.piano_roll import Note

OPENING = "opening"
"""What the column of a record is called: ``notes``, ``tempos`` and ``signatures`` (of `midi_score.Score`)."""


def continued(record: Record, after: Sequence[Note], begin: float | None, *, transpose: int = 0) -> dict[str, Any]:
    """Return the result for a record with an opening: its notes, tempos and time signatures.

    Args:
        record: has the column ``opening``.
        after: the notes that go on from it, counted from their own beginning.
        begin: where they begin, in quarter notes; None: the result has them alone.
        transpose: semitones by which the opening is moved.
    """
    opening: Mapping[str, Any] = record.columns[OPENING]
    if begin is None:
        changes = {name: [change | {"start": 0.0} for change in opening[name][-1:]] for name in _CHANGES}
        return {"notes": list(after), **changes}
    before = [note | {"pitch": note["pitch"] + transpose} for note in opening["notes"]]
    moved = [note | {"start": note["start"] + begin} for note in after]
    return {"notes": before + moved, **{name: opening[name] for name in _CHANGES}}


def cut(notes: Sequence[Note], end: float) -> list[Note]:
    """Return notes that all begin before an end, none reaching beyond it."""
    return [note | {"length": min(note["length"], end - note["start"])} for note in notes]


_CHANGES = ("tempos", "signatures")
