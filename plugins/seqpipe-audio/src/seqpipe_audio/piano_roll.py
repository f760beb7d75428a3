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


def roll_of_keys(steps: Sequence[Sequence[int]]) -> Roll:
    """Return the roll of steps that are given as the keys that are down, counted from `LOWEST`."""
    roll = np.zeros((len(steps), KEYS), np.uint8)
    counts = [len(keys) for keys in steps]
    roll[np.repeat(np.arange(len(steps)), counts), [key for keys in steps for key in keys]] = 1
    return roll


def notes_of_roll(roll: Roll, step: float, *, rearticulate: bool = False) -> list[Note]:
    """Return the notes of a roll, by their beginnings, from the lowest.

    Args:
        roll: the keys that are down at each step.
        step: its length in quarter notes.
        rearticulate: strike a key again at each step; otherwise one that stays down is one note.
    """
    if rearticulate:
        begins, keys = np.nonzero(roll)
        ends = begins + 1
    else:
        changes = np.diff(np.pad(roll.astype(np.int8), ((1, 1), (0, 0))), axis=0).T
        keys, begins = np.nonzero(changes == 1)
        ends = np.nonzero(changes == -1)[1]
        order = np.lexsort((keys, begins))
        keys, begins, ends = keys[order], begins[order], ends[order]
    return [
        {"pitch": pitch, "start": begin * step, "length": length * step}
        for pitch, begin, length in zip(
            (keys + LOWEST).tolist(), begins.tolist(), (ends - begins).tolist(), strict=True
        )
    ]


def roll_of_notes(notes: Iterable[Note], step: float, least: int = 0) -> Roll:
    """Return the roll of notes of a piano on a grid of ``step`` quarter notes, of ``least`` steps or more.

    Each note takes one step at least.
    """
    placed = []
    for note in notes:
        begin = round(note["start"] / step)
        end = max(begin + 1, round((note["start"] + note["length"]) / step))
        placed.append((begin, end, note["pitch"] - LOWEST))
    roll = np.zeros((max((least, *(end for _, end, _ in placed))), KEYS), np.uint8)
    for begin, end, key in placed:
        roll[begin:end, key] = 1
    return roll
