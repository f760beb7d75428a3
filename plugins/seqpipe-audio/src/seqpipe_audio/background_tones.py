"""Tones in which nobody speaks: signals of telephones and other apparatus, sirens, simple music."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from seqpipe_audio.sound_files import Samples

Float64 = npt.NDArray[np.float64]

_CYCLE = 2048
"""Samples of a cycle in a table; a power of two."""

_SIGNALS: tuple[tuple[tuple[float, ...], tuple[float, ...]], ...] = (
    ((350.0, 440.0), ()),
    ((425.0,), ()),
    ((440.0, 480.0), (2.0, 4.0)),
    ((425.0,), (1.0, 4.0)),
    ((400.0, 450.0), (0.4, 0.2, 0.4, 2.0)),
    ((480.0, 620.0), (0.5, 0.5)),
    ((425.0,), (0.5, 0.5)),
    ((480.0, 620.0), (0.25, 0.25)),
    ((1100.0,), (0.5, 3.0)),
    ((2100.0,), ()),
)
"""Of telephones: frequencies in Hz, and seconds of sound and silence in turn (ITU-T E.180, national practice)."""

_KEYS = ((697.0, 770.0, 852.0, 941.0), (1209.0, 1336.0, 1477.0, 1633.0))
"""Frequencies of the rows and columns of a telephone's keys, in Hz (ITU-T Q.23)."""

_SCALES = ((0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10), (0, 2, 4, 7, 9))
"""Major, minor and pentatonic, in semitones."""


def telephone(length: int, rate: int, random: np.random.Generator) -> Samples:
    """Return a dial, ringing, busy or fax tone, or keys that are pressed."""
    if random.random() < 0.4:
        return _keys(length, rate, random)
    frequencies, cadence = _SIGNALS[int(random.integers(len(_SIGNALS)))]
    sound = sum((_sine(frequency, length, rate, random) for frequency in frequencies), np.zeros(length, np.float32))
    return sound * _cadence(cadence, length, rate, random)


def beeps(length: int, rate: int, random: np.random.Generator) -> Samples:
    """Return beeps of an apparatus, or a siren: one tone, steady or gliding, with or without harmonics."""
    frequency: float | Float64 = random.uniform(150.0, 0.4 * rate)
    if random.random() < 0.3:
        period, depth = random.uniform(0.2, 4.0), random.uniform(0.05, 0.6)
        frequency = frequency * (1 + depth * np.sin(2 * np.pi * np.arange(length) / rate / period)) / (1 + depth)
    amplitudes = random.random(8) ** 2 * np.arange(1, 9) ** -random.uniform(0.5, 4.0)
    cadence = () if random.random() < 0.3 else tuple(random.uniform(0.05, 1.5, 2).tolist())
    return harmonics(frequency, amplitudes, length, rate, random) * _cadence(cadence, length, rate, random)


def music(length: int, rate: int, random: np.random.Generator) -> Samples:
    """Return a melody or chords, on an instrument whose harmonics are drawn."""
    scale = _SCALES[int(random.integers(len(_SCALES)))]
    root, beat = random.uniform(80.0, 450.0), random.uniform(0.12, 0.8)
    voices, fading = int(random.integers(1, 4)), random.uniform(0.0, 6.0)
    amplitudes = random.random(10) * np.arange(1, 11) ** -random.uniform(0.5, 3.0)
    sound = np.zeros(length, np.float32)
    begin = 0
    while begin < length:
        size = min(int(beat * int(random.integers(1, 4)) * rate), length - begin)
        if random.random() < 0.9:
            degree = int(random.integers(2 * len(scale)))
            for third in range(voices):
                octave, step = divmod(degree + 2 * third, len(scale))
                frequency = root * 2 ** (octave + scale[step] / 12)
                note = harmonics(frequency, amplitudes, size, rate, random)
                sound[begin : begin + size] += note * _envelope(size, rate, fading)
        begin += max(size, 1)
    return sound


def harmonics(
    frequency: float | Float64, amplitudes: Float64, length: int, rate: int, random: np.random.Generator
) -> Samples:
    """Return a tone of harmonics in phases that are drawn, none at or above half the rate.

    Args:
        frequency: of the first, in Hz; one, or one a sample.
        amplitudes: of each.
        length: samples.
        rate: samples a second.
        random: for the phases.
    """
    number = np.arange(1, len(amplitudes) + 1)
    heard = np.where(number * np.max(frequency) < rate / 2, amplitudes, 0.0)
    spectrum = np.zeros(_CYCLE // 2 + 1, np.complex128)
    spectrum[number] = heard * np.exp(2j * np.pi * random.random(len(amplitudes)))
    cycle = np.fft.irfft(spectrum, _CYCLE).astype(np.float32) * np.float32(_CYCLE / 2)
    phase = np.cumsum(np.broadcast_to(np.float64(_CYCLE / rate) * frequency, length))
    tone: Samples = cycle[phase.astype(np.int64) & (_CYCLE - 1)]
    return tone


def _sine(frequency: float, length: int, rate: int, random: np.random.Generator) -> Samples:
    return harmonics(frequency, np.ones(1), length, rate, random)


def _keys(length: int, rate: int, random: np.random.Generator) -> Samples:
    """Return keys that are pressed, one after the other."""
    sound = np.zeros(length, np.float32)
    pressed, pause = (random.uniform(0.04, 0.3, 2) * rate).astype(int).tolist()
    for begin in range(int(random.integers(pressed + pause)), length, pressed + pause):
        size = min(pressed, length - begin)
        for frequencies in _KEYS:
            sound[begin : begin + size] += _sine(frequencies[int(random.integers(4))], size, rate, random)
    return sound


def _cadence(seconds: tuple[float, ...], length: int, rate: int, random: np.random.Generator) -> Samples:
    """Return 1 where there is sound and 0 where there is none, from any moment of the cadence on."""
    if not seconds:
        return np.ones(length, np.float32)
    ends = np.cumsum(seconds)
    time = (random.random() * ends[-1] + np.arange(length) / rate) % ends[-1]
    sounds: Samples = (np.searchsorted(ends, time, side="right") % 2 == 0).astype(np.float32)
    return sounds


def _envelope(size: int, rate: int, fading: float) -> Samples:
    """Return the level of a note: it swells within 10 ms, fades, and ends within 20 ms."""
    time = np.arange(size) / rate
    level = np.minimum(time / 0.01, 1.0) * np.exp(-fading * time) * np.minimum((size / rate - time) / 0.02, 1.0)
    return level.astype(np.float32)
