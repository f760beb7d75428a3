"""Four voices - soprano, alto, tenor, bass - and the tokens that spell them.

A step of music is five tokens: its time, and the pitch of each voice, from the soprano down, such as ``S67``. The time
is the place in the bar, ``|0`` to ``|15``, counted from the beginning of the piece; in the last two bars it is how many
steps there still are, ``-32`` to ``-1``, so that the network knows where a piece is to end. A note is as long as its
pitch stays the same. As each voice has tokens of its own, the network knows whose turn it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from seqpipe_audio.music_results import HIGHEST_PITCH
from seqpipe_audio.piano_roll import Note


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice and its range, in MIDI numbers, both ends included."""

    name: str
    lowest: int
    highest: int

    @property
    def letter(self) -> str:
        """What its tokens begin with."""
        return self.name[0].upper()


VOICES = (Voice("soprano", 60, 81), Voice("alto", 52, 74), Voice("tenor", 46, 69), Voice("bass", 36, 66))
"""The voices with the ranges that Bach's chorales use, from the top."""

Voices = npt.NDArray[np.int32]
"""Shape (steps, 4): the pitch of each voice at each step."""

NO_VOICES: Voices = np.zeros((0, len(VOICES)), np.int32)
"""A piece of no length."""

BAR = 16
"""Steps in a bar of four quarter notes."""

CLOSE = 2 * BAR
"""Steps before the end of a piece that are counted down."""

STEP = 0.25
"""Quarter notes in a step: a sixteenth."""

TOKENS = 1 + len(VOICES)
"""Tokens in a step."""

VOCABULARY: tuple[str, ...] = (
    *(f"|{place}" for place in range(BAR)),
    *(f"-{left}" for left in range(1, CLOSE + 1)),
    *(f"{voice.letter}{pitch}" for voice in VOICES for pitch in range(voice.lowest, voice.highest + 1)),
)
"""What each id stands for."""

LOWEST_IDS: npt.NDArray[np.int32] = np.array(
    [VOCABULARY.index(f"{voice.letter}{voice.lowest}") for voice in VOICES], np.int32
)
"""The id of the lowest pitch of each voice; the others follow."""

_LOWEST: npt.NDArray[np.int32] = np.array([voice.lowest for voice in VOICES], np.int32)


def voices_of(rows: Any) -> Voices | None:
    """Return rows of four MIDI numbers as an array, None for anything else."""
    try:
        pitches = np.array(rows, np.float64).reshape(-1, len(VOICES))
    except (TypeError, ValueError):
        return None
    return pitches.astype(np.int32) if ((pitches >= 0) & (pitches <= HIGHEST_PITCH)).all() else None


def ids_of_voices(voices: Voices, *, more: int = 0) -> npt.NDArray[np.int32]:
    """Return the tokens of voices within their ranges, if ``more`` steps are to follow: int32, (5 * steps,)."""
    tokens = np.empty((len(voices), TOKENS), np.int32)
    tokens[:, 0] = time_ids(np.arange(len(voices)), len(voices) + more)
    tokens[:, 1:] = LOWEST_IDS + voices - _LOWEST
    return tokens.reshape(-1)


def time_ids(steps: npt.NDArray[np.int64], lengths: npt.NDArray[np.int64] | int) -> npt.NDArray[np.int32]:
    """Return the token with which each step begins, counted from zero, in pieces of so many steps."""
    left = lengths - steps
    return np.where(left <= CLOSE, BAR - 1 + left, steps % BAR).astype(np.int32)


def voices_of_ids(ids: npt.NDArray[np.int32]) -> Voices:
    """Return the voices that tokens of whole steps, (5 * steps,), spell."""
    return ids.reshape(-1, TOKENS)[:, 1:] - LOWEST_IDS + _LOWEST


def notes_of_voices(voices: Voices) -> list[Note]:
    """Return the notes of voices, in the order of their beginnings, soprano first."""
    notes: list[Note] = []
    for index, voice in enumerate(VOICES):
        pitches = voices[:, index]
        begins = np.flatnonzero(np.diff(pitches, prepend=-1))
        ends = np.append(begins, len(pitches))[1:]
        notes += [
            {"pitch": int(pitch), "start": begin * STEP, "length": (end - begin) * STEP, "voice": voice.name}
            for begin, end, pitch in zip(begins.tolist(), ends.tolist(), pitches[begins], strict=True)
        ]
    return by_beginning(notes)


def by_beginning(notes: Iterable[Note]) -> list[Note]:
    """Return notes of voices in the order of their beginnings, soprano first."""
    order = {voice.name: place for place, voice in enumerate(VOICES)}
    return sorted(notes, key=lambda note: (note["start"], order[note["voice"]]))


def outside(voices: Iterable[Iterable[int]]) -> str:
    """Return what is wrong with the first pitch that is outside its voice's range; empty if all are within."""
    for step, pitches in enumerate(voices, 1):
        for voice, pitch in zip(VOICES, pitches, strict=True):
            if not voice.lowest <= pitch <= voice.highest:
                return f"step {step} has {pitch} for the {voice.name}, outside of {voice.lowest} to {voice.highest}"
    return ""
