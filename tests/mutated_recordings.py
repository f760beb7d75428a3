"""Sound files with some bytes changed, cut, repeated or put in, from a seed."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator

import numpy as np
import soundfile

RATE = 8000
KINDS = ("WAV", "RF64", "W64", "AIFF", "AU", "CAF", "FLAC", "OGG", "MP3", "NIST", "VOC", "PAF", "SVX", "MAT5", "PVF")
HEADER = 200
"""Bytes from the beginning in which half of the changes are made."""

NUMBERS = (0, 1, 0x7F, 0x80, 0xFF)


def whole_recordings() -> dict[str, bytes]:
    """Return a second of noise in each kind of container."""
    samples = np.random.default_rng(1).normal(0, 0.1, (RATE, 2)).clip(-1, 1)
    encoded = {}
    for kind in KINDS:
        held = io.BytesIO()
        soundfile.write(held, samples[:, : 2 if kind in KINDS[:9] else 1], RATE, format=kind)
        encoded[kind] = held.getvalue()
    return encoded


def mutated_recordings(count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Yield that many files, each with a name that says how to make it again."""
    wholes = whole_recordings()
    for number in range(count):
        draw = random.Random(f"{seed} {number}")
        kind = draw.choice(KINDS)
        content = bytearray(wholes[kind])
        for _ in range(draw.choice((1, 1, 2, 4, 16))):
            _mutate(content, draw)
        yield f"{seed}-{number}-{kind.lower()}", bytes(content)


def _mutate(content: bytearray, draw: random.Random) -> None:
    size = len(content)
    place = draw.randrange(max(min(HEADER, size) if draw.random() < 0.5 else size, 1))
    length = draw.choice((1, 1, 2, 4, 4, 8, 64))
    match draw.randrange(5):
        case 0:
            content[place : place + length] = draw.randbytes(min(length, size - place))
        case 1:
            content[place : place + length] = bytes([draw.choice(NUMBERS)]) * min(length, size - place)
        case 2:
            del content[place:]
        case 3:
            del content[place : place + length]
        case 4:
            content[place:place] = content[max(place - length * 8, 0) : place] or draw.randbytes(length)
