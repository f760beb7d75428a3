"""Piano rolls: which of the 88 keys are down at each step."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

LOWEST = 21
"""The MIDI number of the first key, A0."""

KEYS = 88
"""Keys of a piano: MIDI numbers 21 (A0) to 108 (C8)."""

Roll = npt.NDArray[np.uint8]
"""Shape (steps, 88), 1 where a key is down."""

Note = dict[str, Any]
"""A note of a result: ``pitch`` (MIDI number), ``start`` and ``length`` (in quarter notes), and perhaps ``voice``."""


def notes_of_steps(steps: Iterable[Sequence[int]], step: float, *, rearticulate: bool = False) -> list[Note]:
    """Return the notes that the keys of successive steps make.

    Args:
        steps: the keys that are down at each step, counted from `LOWEST`.
        step: its length in quarter notes.
        rearticulate: strike a key again at each step; otherwise one that stays down is one note.
    """
    notes: list[Note] = []
    sounding: dict[int, Note] = {}
    for index, keys in enumerate(steps):
        still: dict[int, Note] = {}
        for key in keys:
            note = None if rearticulate else sounding.get(key)
            if note is None:
                note = {"pitch": key + LOWEST, "start": index * step, "length": 0.0}
                notes.append(note)
            note["length"] += step
            still[key] = note
        sounding = still
    return notes


def roll_of_notes(notes: Iterable[Note], step: float) -> Roll:
    """Return the roll of notes on a grid of ``step`` quarter notes; each takes one step at least.

    Notes outside the piano are left out.
    """
    placed = []
    for note in notes:
        begin = round(note["start"] / step)
        end = max(begin + 1, round((note["start"] + note["length"]) / step))
        if 0 <= note["pitch"] - LOWEST < KEYS:
            placed.append((begin, end, note["pitch"] - LOWEST))
    roll = np.zeros((max((end for _, end, _ in placed), default=0), KEYS), np.uint8)
    for begin, end, key in placed:
        roll[begin:end, key] = 1
    return roll
