"""Four voices - soprano, alto, tenor, bass - and the tokens that spell them.

A step of music is five tokens: the place in the bar (``|0`` to ``|15``, counted from the beginning of the piece), then
a token for each voice, from the soprano down: ``S67`` strikes a pitch, ``S-`` holds the one before. ``end`` stands
where the next step would begin. As each voice has tokens of its own, the network knows whose turn it is.
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

STEP = 0.25
"""Quarter notes in a step: a sixteenth."""

TOKENS = 1 + len(VOICES)
"""Tokens in a step."""

END = "end"

VOCABULARY: tuple[str, ...] = (
    *(f"|{place}" for place in range(BAR)),
    END,
    *(
        token
        for voice in VOICES
        for token in (
            f"{voice.letter}-",
            *(f"{voice.letter}{pitch}" for pitch in range(voice.lowest, voice.highest + 1)),
        )
    ),
)
"""What each id stands for."""

END_ID = VOCABULARY.index(END)

HOLD_IDS: npt.NDArray[np.int32] = np.array([VOCABULARY.index(f"{voice.letter}-") for voice in VOICES], np.int32)
"""The ids of holding, of each voice; the pitches of the voice follow, from its lowest."""

_LOWEST: npt.NDArray[np.int32] = np.array([voice.lowest for voice in VOICES], np.int32)


def voices_of(rows: Any) -> Voices | None:
    """Return rows of four MIDI numbers as an array, None for anything else."""
    try:
        pitches = np.array(rows, np.float64).reshape(-1, len(VOICES))
    except (TypeError, ValueError):
        return None
    return pitches.astype(np.int32) if ((pitches >= 0) & (pitches <= HIGHEST_PITCH)).all() else None


def ids_of_voices(voices: Voices, *, end: bool) -> npt.NDArray[np.int32]:
    """Return the tokens of voices that are within their ranges: int32, (5 * steps,), and one more with ``end``."""
    held = np.zeros(voices.shape, bool)
    held[1:] = voices[1:] == voices[:-1]
    struck = HOLD_IDS + 1 + voices - _LOWEST
    tokens = np.empty((len(voices), TOKENS), np.int32)
    tokens[:, 0] = np.arange(len(voices)) % BAR
    tokens[:, 1:] = np.where(held, HOLD_IDS, struck)
    flat = tokens.reshape(-1)
    return np.append(flat, np.int32(END_ID)) if end else flat


def pitches_of_ids(ids: npt.NDArray[np.int32]) -> Voices:
    """Return for each step the pitch that each voice strikes, 0 where it holds.

    Args:
        ids: of whole steps, (5 * steps,).
    """
    above = ids.reshape(-1, TOKENS)[:, 1:] - HOLD_IDS
    return np.where(above > 0, above - 1 + _LOWEST, np.int32(0))


def notes_of_pitches(struck: Voices) -> list[Note]:
    """Return the notes of voices, in the order of their beginnings, soprano first.

    Args:
        struck: shape (steps, 4), the pitch that a voice strikes, 0 where it holds; what it holds before it has struck
            anything is silence.
    """
    notes: list[Note] = []
    for index, voice in enumerate(VOICES):
        begins = np.flatnonzero(struck[:, index])
        ends = np.append(begins, len(struck))[1:]
        notes += [
            {"pitch": int(pitch), "start": begin * STEP, "length": (end - begin) * STEP, "voice": voice.name}
            for begin, end, pitch in zip(begins.tolist(), ends.tolist(), struck[begins, index], strict=True)
        ]
    order = {voice.name: place for place, voice in enumerate(VOICES)}
    return sorted(notes, key=lambda note: (note["start"], order[note["voice"]]))


def outside(voices: Iterable[Iterable[int]]) -> str:
    """Return what is wrong with the first pitch that is outside its voice's range; empty if all are within."""
    for step, pitches in enumerate(voices, 1):
        for voice, pitch in zip(VOICES, pitches, strict=True):
            if not voice.lowest <= pitch <= voice.highest:
                return f"step {step} has {pitch} for the {voice.name}, outside of {voice.lowest} to {voice.highest}"
    return ""
