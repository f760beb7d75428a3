"""Count the words that a pipeline hears in sound in which nobody speaks: there should be none.

    python plugins/seqpipe-audio/experiments/nobody_speaks.py audio/speech-digits
    python plugins/seqpipe-audio/experiments/nobody_speaks.py my.yaml --model runs/mine/model.safetensors

Makes ten minutes of it, forty recordings of fifteen seconds, each of another kind or another draw: digital silence,
dither, mains hum, metronomes, typing, rain, applause, drums, engines, sirens, modems, dialling, plucked strings,
organs. None of it is made by `audio.background`, with which the models were trained: instruments are strings and
frequency modulation instead of sums of harmonics, noise is filtered in time instead of in frequency. Prints the words
of each kind and their sum. With ``--folder`` the recordings stay, with a manifest of empty texts, ``nobody.tsv``.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

import seqpipe

RATE = 16_000
SECONDS = 15
LENGTH = RATE * SECONDS
TIME = np.arange(LENGTH) / RATE
NOTHING = ("unknown", "silence")

Sound = np.ndarray
Random = np.random.Generator


def digital_silence(random: Random) -> Sound:  # noqa: ARG001 - all kinds are made in one way
    return np.zeros(LENGTH)


def dither(random: Random) -> Sound:
    return np.round(random.uniform(-1, 1, LENGTH) + random.uniform(-1, 1, LENGTH)) / 32768


def white(random: Random) -> Sound:
    return random.choice([0.003, 0.03, 0.2]) * random.uniform(-1, 1, LENGTH)


def rumble(random: Random) -> Sound:
    """Noise through a leaky sum, as behind a wall or in a car, and louder now and then."""
    return 0.3 * normalised(leaky(random.standard_normal(LENGTH), 0.99)) * (0.6 + 0.4 * np.sin(TIME * 1.3))


def mains(random: Random) -> Sound:
    """A sine that is clipped, with the buzz of a dimmer."""
    sine = np.sin(2 * np.pi * random.choice([50, 60]) * TIME)
    buzz = np.diff(np.sign(sine + random.uniform(-0.8, 0.8)), prepend=0)
    return 0.1 * np.clip(2 * sine, -0.8, 0.8) + 0.1 * random.random() * buzz


def metronome(random: Random) -> Sound:
    beat = np.zeros(LENGTH)
    beat[:: int(RATE * random.uniform(0.2, 1.0))] = 1
    return 0.8 * np.convolve(beat, np.ones(random.integers(1, 8)))[:LENGTH]


def typing(random: Random) -> Sound:
    return 0.5 * bursts(np.cumsum(random.gamma(2.0, 0.08, 400)), 0.02, 0.3, random)


def footsteps(random: Random) -> Sound:
    return 0.5 * bursts(np.arange(0.1, SECONDS, random.uniform(0.4, 0.7)), 0.12, 0.95, random)


def doors(random: Random) -> Sound:
    return 0.7 * bursts(random.uniform(0, SECONDS, 8), 0.4, 0.9, random)


def rain(random: Random) -> Sound:
    return 0.3 * normalised(bursts(random.uniform(0, SECONDS, 6000), 0.004, 0.2, random))


def applause(random: Random) -> Sound:
    return 0.3 * normalised(bursts(random.uniform(0, SECONDS, 1500), 0.03, 0.4, random))


def engine(random: Random) -> Sound:
    """Explosions in an exhaust, at a speed that changes."""
    speed = 30 + 25 * np.sin(2 * np.pi * TIME / 7) ** 2
    fired = np.diff(np.floor(np.cumsum(speed) / RATE), prepend=0)
    return 0.3 * normalised(leaky(fired * random.uniform(0.5, 1, LENGTH), 0.97))


def siren(random: Random) -> Sound:
    saw = np.abs((TIME / random.uniform(0.5, 4)) % 2 - 1)
    return 0.2 * np.sin(2 * np.pi * np.cumsum(600 + 900 * saw) / RATE)


def alarm(random: Random) -> Sound:
    return 0.3 * np.sign(np.sin(2 * np.pi * random.uniform(700, 3000) * TIME)) * (TIME % 0.5 < 0.12)


def dial_tone(random: Random) -> Sound:
    return random.choice([0.01, 0.1]) * (np.sin(2 * np.pi * 350 * TIME) + np.sin(2 * np.pi * 440 * TIME))


def busy(random: Random) -> Sound:
    return 0.2 * np.sin(2 * np.pi * random.choice([400, 425]) * TIME) * (TIME % 0.96 < 0.48)


def dialling(random: Random) -> Sound:
    low, high = (
        np.repeat(random.choice([697, 770, 852, 941], 60), RATE // 4),
        np.repeat(random.choice([1209, 1336, 1477], 60), RATE // 4),
    )
    return 0.15 * (np.sin(2 * np.pi * low * TIME) + np.sin(2 * np.pi * high * TIME)) * (TIME % 0.25 < 0.12)


def modem(random: Random) -> Sound:
    """Bits as two frequencies (Bell 103)."""
    bits = np.repeat(random.integers(2, size=300 * SECONDS + 1), -(-RATE // 300))[:LENGTH]
    return 0.2 * np.sin(2 * np.pi * np.cumsum(1070 + 200 * bits) / RATE)


def guitar(random: Random) -> Sound:
    """A melody on plucked strings (K. Karplus, A. Strong, 1983)."""
    notes = 110 * 2 ** (random.choice([0, 2, 4, 7, 9, 12, 14, 16], 60) / 12)
    return 0.4 * played(notes, random.uniform(0.15, 0.6), lambda note, size: plucked(note, size, random))


def bells(random: Random) -> Sound:
    """A melody by frequency modulation (J. Chowning, 1973)."""
    ratio, depth = random.choice([1.4, 2.0, 3.5]), random.uniform(1, 6)

    def bell(note: float, size: int) -> Sound:
        time = TIME[:size]
        modulator = depth * np.exp(-3 * time) * np.sin(2 * np.pi * ratio * note * time)
        return np.exp(-3 * time) * np.sin(2 * np.pi * note * time + modulator)

    return 0.4 * played(220 * 2 ** (random.integers(0, 24, 60) / 12), random.uniform(0.2, 0.8), bell)


def organ(random: Random) -> Sound:
    """Chords of square waves, two seconds each."""

    def chord(note: float, size: int) -> Sound:
        thirds = [1, 5 / 4 if note > 160 else 6 / 5, 3 / 2]
        return sum(np.sign(np.sin(2 * np.pi * note * third * TIME[:size])) for third in thirds) / 6

    return 0.4 * leaky(played(random.uniform(100, 250, 10), 2.0, chord), 0.6)


def drums(random: Random) -> Sound:
    """A beat of a bass drum, a snare drum and cymbals."""
    beat = random.uniform(0.35, 0.6)
    steady = np.arange(0, SECONDS, beat)
    bass = played(np.full(60, 40.0), beat * 2, lambda note, size: np.sin(note * np.exp(-8 * TIME[:size])))
    return 0.5 * bass + 0.4 * bursts(steady[1::2], 0.15, 0.5, random) + 0.2 * bursts(steady, 0.05, 0.0, random)


SOUNDS: Mapping[str, Callable[[Random], Sound]] = {
    sound.__name__: sound
    for sound in (
        digital_silence, dither, white, rumble, mains, metronome, typing, footsteps, doors, rain, applause, engine,
        siren, alarm, dial_tone, busy, dialling, modem, guitar, bells, organ, drums,
    )
}  # fmt: skip


def normalised(sound: Sound) -> Sound:
    return sound / max(np.abs(sound).max(), 1e-9)


def leaky(sound: Sound, keep: float) -> Sound:
    """Return the sum of what was, each sample weaker by a factor: a low-pass filter."""
    size = int(np.ceil(np.log(1e-4) / np.log(keep)))
    return np.convolve(sound, keep ** np.arange(size))[: len(sound)] * (1 - keep)


def bursts(begins: Sound, seconds: float, dark: float, random: Random) -> Sound:
    """Return noise that dies away within some seconds, at some moments; the darker, the nearer ``dark`` is to 1."""
    size = int(seconds * RATE)
    sound = np.zeros(LENGTH + size)
    for begin in (begins[begins < SECONDS] * RATE).astype(int):
        noise = random.standard_normal(size) * np.exp(-6 * np.arange(size) / size)
        sound[begin : begin + size] += random.uniform(0.3, 1) * (leaky(noise, dark) if dark else noise)
    return normalised(sound[:LENGTH])


def played(notes: Sound, seconds: float, instrument: Callable[[float, int], Sound]) -> Sound:
    """Return notes, one after the other."""
    size = int(seconds * RATE)
    sound = np.concatenate([instrument(note, size) for note in notes[: -(-LENGTH // size)]])
    return np.pad(sound, (0, max(LENGTH - len(sound), 0)))[:LENGTH]


def plucked(note: float, size: int, random: Random) -> Sound:
    period = int(RATE / note)
    string = random.uniform(-1, 1, period)
    periods = []
    for _ in range(-(-size // period)):
        periods.append(string)
        string = 0.498 * (string + np.roll(string, 1))
    return np.concatenate(periods)[:size]


def compose(folder: Path, count: int, seed: int) -> list[Path]:
    """Write recordings and their manifest, each kind as often as any other."""
    paths = []
    for number in range(count):
        name = list(SOUNDS)[number % len(SOUNDS)]
        sound = SOUNDS[name](np.random.default_rng([seed, number]))
        paths.append(folder / f"{name}_{number:02}.flac")
        soundfile.write(paths[-1], np.clip(sound, -1, 1), RATE)
    (folder / "nobody.tsv").write_text("".join(f"{path.name}\t\n" for path in paths), encoding="utf-8")
    return paths


def words(result: Mapping[str, Any]) -> int:
    """Return how many words a result has: that of a recording, or of one word."""
    if "text" in result:
        return len(str(result["text"]).split())
    return int(result.get("word", result.get("label")) not in NOTHING)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pipeline", help="a pipeline file, or the name of a pipeline that a plugin ships")
    parser.add_argument("--model", help="in place of the pipeline's own")
    parser.add_argument("--set", action="append", default=[], help="as for seqpipe run")
    parser.add_argument("--folder", type=Path, help="where the recordings are to stay")
    parser.add_argument("--count", type=int, default=40, help=f"recordings of {SECONDS} seconds")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    settings = [*options.set, *([f"model={options.model}"] if options.model else [])]
    rate = seqpipe.load(options.pipeline, settings=settings).reader.rate
    settings.append(f"read={{reader: audio.files, rate: {rate}}}")
    heard: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        paths = compose(folder, options.count, options.seed)
        for result in seqpipe.load(options.pipeline, settings=settings).read(*paths):
            heard[Path(result["id"]).stem.rpartition("_")[0]] += words(result)
    for kind in SOUNDS:
        print(f"{kind:16} {heard[kind] or '-'}")
    print(f"{sum(heard.values())} words in {len(paths) * SECONDS / 60:g} minutes")


if __name__ == "__main__":
    main()
