"""Sounds that are no tones and in which nobody speaks: hiss, wind, mains hum, clicks, knocks, crackle."""

from __future__ import annotations

import numpy as np

from seqpipe_audio.background_tones import harmonics
from seqpipe_audio.sound_files import Samples

_MAINS = (50.0, 60.0)
"""Frequencies of the current from the wall, in Hz."""

_LONGEST_STROKE = 0.25
"""Seconds in which a knock dies away."""


def silence(length: int, rate: int, random: np.random.Generator) -> Samples:  # noqa: ARG001 - all kinds are made in one way
    """Return digital silence."""
    return np.zeros(length, np.float32)


def hiss(length: int, rate: int, random: np.random.Generator) -> Samples:  # noqa: ARG001 - all kinds are made in one way
    """Return noise of any colour between blue and darker than brown."""
    return _noise(length, random.uniform(-1.0, 2.5), random)


def wind(length: int, rate: int, random: np.random.Generator) -> Samples:
    """Return dark noise that swells and dies down, as wind, waves and traffic do."""
    return _noise(length, random.uniform(0.5, 2.5), random) * _swell(length, rate, random)


def hum(length: int, rate: int, random: np.random.Generator) -> Samples:
    """Return the hum of the mains or of a motor: a low tone with many harmonics, any of which may be the loudest."""
    motor = random.random() < 0.4
    frequency = random.uniform(20.0, 250.0) if motor else _MAINS[int(random.integers(2))]
    amplitudes = random.random(40) ** 2 * np.arange(1, 41) ** -random.uniform(0.2, 1.5)
    if not motor:
        return harmonics(frequency, amplitudes, length, rate, random)
    wobble = 1 + 0.05 * np.sin(2 * np.pi * random.uniform(0.1, 8.0) * np.arange(length) / rate)
    return harmonics(frequency * wobble, amplitudes, length, rate, random)


def clicks(length: int, rate: int, random: np.random.Generator) -> Samples:
    """Return clicks, a few samples long, in a beat or at any time."""
    width = int(random.integers(1, 9))
    shape = random.standard_normal(width).astype(np.float32) if random.random() < 0.5 else np.ones(width, np.float32)
    return _strokes(_times(length, rate, random.uniform(0.5, 12.0), random), shape, length, random)


def knocks(length: int, rate: int, random: np.random.Generator) -> Samples:
    """Return knocks, steps, drums and keys: short noise or a short low tone that dies away, again and again."""
    size = max(int(random.uniform(0.01, _LONGEST_STROKE) * rate), 2)
    time = np.arange(size) / rate
    tone = np.sin(2 * np.pi * random.uniform(60.0, 1500.0) * time * (1 - random.uniform(0.0, 0.4) * time / time[-1]))
    noisy = random.random()
    shape = (1 - noisy) * tone + noisy * _noise(size, random.uniform(-0.5, 1.5), random)
    shape *= np.exp(-random.uniform(3.0, 9.0) * time / time[-1])
    return _strokes(_times(length, rate, random.uniform(0.3, 8.0), random), shape.astype(np.float32), length, random)


def crackle(length: int, rate: int, random: np.random.Generator) -> Samples:
    """Return the crackle of records, rain, fire or a bad line: many impulses of any strength."""
    sound = np.zeros(length, np.float32)
    count = int(random.poisson(length / rate * 10 ** random.uniform(1.0, 3.0)))
    sound[random.integers(length, size=count)] = random.standard_normal(count) * random.exponential(size=count)
    smooth = np.exp(-np.arange(8) * random.uniform(0.3, 3.0)).astype(np.float32)
    return np.convolve(sound, smooth)[:length]


def _noise(length: int, slope: float, random: np.random.Generator) -> Samples:
    """Return noise whose power falls with the frequency by this exponent: 0 white, 1 pink, 2 brown."""
    size = max(1 << (length - 1).bit_length(), 2)  # a power of two: transforms of other sizes take many times as long
    spectrum = random.standard_normal(size + 2, np.float32).view(np.complex64)  # of white noise it is white noise
    spectrum *= np.arange(1, len(spectrum) + 1, dtype=np.float32) ** np.float32(-slope / 2)
    return np.fft.irfft(spectrum, size)[:length].astype(np.float32)


def _swell(length: int, rate: int, random: np.random.Generator) -> Samples:
    """Return a level that goes up and down by up to 20 dB, some times in a second to once in some seconds."""
    points = 2 + int(length / rate * random.uniform(0.3, 5.0))
    level = np.interp(np.linspace(0, points - 1, length), np.arange(points), random.uniform(-2.3, 0.0, points))
    return np.exp(level).astype(np.float32)


def _times(length: int, rate: int, per_second: float, random: np.random.Generator) -> list[int]:
    """Return where strokes begin, in samples: in a beat, or at any time."""
    beat = rate / per_second
    if random.random() < 0.5:
        return [int(place) for place in np.arange(random.random() * beat, length, beat)]
    return [int(place) for place in random.integers(length, size=int(random.poisson(length / beat)) + 1)]


def _strokes(times: list[int], shape: Samples, length: int, random: np.random.Generator) -> Samples:
    """Return the same stroke at some times, not equally strong."""
    sound = np.zeros(length + len(shape), np.float32)
    deviation = random.uniform(0.0, 0.5)
    for begin in times:
        sound[begin : begin + len(shape)] += shape * np.float32(np.exp(deviation * random.standard_normal()))
    return sound[:length]
