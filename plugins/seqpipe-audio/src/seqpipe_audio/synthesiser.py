"""A small additive synthesiser: notes into sound, so that music can be heard without further software."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from seqpipe_audio.music_results import end_of
from seqpipe_audio.piano_roll import Note

Samples = npt.NDArray[np.float32]

_HARMONICS = ((1, 1.0, 0.9), (2, 0.5, 1.4), (3, 0.28, 1.9), (4, 0.15, 2.4), (5, 0.08, 3.0), (6, 0.05, 3.6))
"""Of a tone: number, amplitude, and how fast it fades (a second)."""

_ATTACK, _RELEASE = 0.012, 0.09
"""Seconds in which a note swells and dies away."""

_PEAK = 0.89
"""The greatest sample, of 1: a decibel below full scale."""

_REFERENCE = 440.0, 69
"""The frequency of A4 in Hz, and its MIDI number."""


def render(notes: Sequence[Note], rate: int) -> Samples:
    """Return the sound of notes, one channel, within -1 to 1; at its loudest 1 dB below full scale.

    Args:
        notes: in seconds.
        rate: samples a second.
    """
    release = round(_RELEASE * rate)
    sound = np.zeros(round(end_of(notes) * rate) + release, np.float32)
    held = dict.fromkeys(sorted({note["pitch"] for note in notes}), 0)
    for note in notes:
        held[note["pitch"]] = max(held[note["pitch"]], round(note["length"] * rate))
    tones = {pitch: _tone(pitch, samples + release, rate) for pitch, samples in held.items()}
    fade = _fade(release)
    for note in notes:
        begin, samples = round(note["start"] * rate), round(note["length"] * rate)
        end = min(begin + samples + release, len(sound))
        tone = tones[note["pitch"]][: end - begin].copy()
        tone[samples:] *= fade[: len(tone) - samples]
        sound[begin:end] += tone
    loudest = float(np.abs(sound).max(initial=0.0))
    return sound * np.float32(_PEAK / loudest) if loudest else sound


def _tone(pitch: int, samples: int, rate: int) -> Samples:
    """Return a tone that swells and fades: a sum of harmonics, none at or above half the rate."""
    frequency = _REFERENCE[0] * 2 ** ((pitch - _REFERENCE[1]) / 12)
    time = np.arange(samples) / rate
    tone = np.zeros(samples)
    for number, amplitude, fading in _HARMONICS:
        if number * frequency < rate / 2:
            tone += amplitude * np.exp(-fading * time) * np.sin(2 * np.pi * number * frequency * time)
    return (tone * np.minimum(time / _ATTACK, 1.0)).astype(np.float32)


def _fade(samples: int) -> Samples:
    """Return half a cosine from 1 to 0."""
    return (0.5 + 0.5 * np.cos(np.pi * (np.arange(samples) + 1) / max(samples, 1))).astype(np.float32)
