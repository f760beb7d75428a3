"""What generated chorales have in common with Bach's: ``python benchmarks/chorale_statistics.py --data valid.json``.

Both are measured in the same way, a row of four pitches a sixteenth:

- notes in key: of the key whose profile (C. Krumhansl, E. Kessler, 1982) fits the piece best, with both forms of the
  sixth and seventh degree in minor;
- consonant simultaneities: steps whose pitch classes are those of a major or minor triad, or some of them;
- repeated notes: beats on which a voice has the pitch that it had on the beat before;
- parallel fifths and octaves: of moves of two voices, both to another pitch, those from one perfect fifth or octave to
  another;
- voices crossed: steps in which a voice is above the one that should be above it;
- in range: notes within the ranges of the four voices;
- closed: pieces whose last chord is consonant.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

import seqpipe

RANGES = ((60, 81), (52, 74), (46, 69), (36, 66))
NAMES = ("soprano", "alto", "tenor", "bass")
SCALES = {"major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 9, 10, 11)}
PROFILES = {
    "major": (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88),
    "minor": (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17),
}
TRIADS = [frozenset((root + step) % 12 for step in (0, third, 7)) for root in range(12) for third in (3, 4)]

Piece = npt.NDArray[np.int64]
Share = tuple[int, int]


def scale_of(piece: Piece) -> frozenset[int]:
    """Return the pitch classes of the key that fits best."""
    heard = np.bincount(piece.reshape(-1) % 12, minlength=12)
    fits = {
        (mode, tonic): np.corrcoef(heard, np.roll(profile, tonic))[0, 1]
        for mode, profile in PROFILES.items()
        for tonic in range(12)
    }
    mode, tonic = max(fits, key=lambda key: fits[key])
    return frozenset((tonic + step) % 12 for step in SCALES[mode])


def notes(piece: Piece) -> list[list[int]]:
    """Return the pitches that each voice strikes."""
    return [[voice[0], *(b for a, b in pairwise(voice) if a != b)] for voice in piece.T.tolist()]


def in_key(piece: Piece) -> Share:
    scale = scale_of(piece)
    struck = [pitch for voice in notes(piece) for pitch in voice]
    return sum(pitch % 12 in scale for pitch in struck), len(struck)


def in_range(piece: Piece) -> Share:
    found = [low <= pitch <= high for voice, (low, high) in zip(notes(piece), RANGES, strict=True) for pitch in voice]
    return sum(found), len(found)


def consonant(piece: Piece) -> Share:
    chords = [frozenset(row) for row in (piece % 12).tolist()]
    return sum(any(chord <= triad for triad in TRIADS) for chord in chords), len(chords)


def repeated(piece: Piece) -> Share:
    beats = piece[::4]
    return int((beats[1:] == beats[:-1]).sum()), beats[1:].size


def parallel(piece: Piece) -> Share:
    count = moves = 0
    for before, after in pairwise(piece.tolist()):
        for upper, lower in combinations(range(4), 2):
            if before[upper] != after[upper] and before[lower] != after[lower]:
                moves += 1
                intervals = (before[upper] - before[lower]) % 12, (after[upper] - after[lower]) % 12
                count += intervals in {(0, 0), (7, 7)}
    return count, moves


def crossed(piece: Piece) -> Share:
    return int((np.diff(piece, axis=1) > 0).any(axis=1).sum()), len(piece)


def closed(piece: Piece) -> Share:
    return consonant(piece[-1:])


STATISTICS: dict[str, Callable[[Piece], Share]] = {
    "notes in key": in_key,
    "consonant simultaneities": consonant,
    "repeated notes": repeated,
    "parallel fifths and octaves": parallel,
    "voices crossed": crossed,
    "in range": in_range,
    "closed": closed,
}


def bach(path: Path) -> list[Piece]:
    """Return the chorales of a file, without the steps in which not all voices sing."""
    pieces = json.loads(path.read_text(encoding="utf-8"))
    return [np.array([row for row in piece if len(row) == 4], np.int64) for piece in pieces]


def generated(pipeline: str, count: int, settings: Sequence[str]) -> list[Piece]:
    """Return pieces that a pipeline makes out of nothing."""
    results = seqpipe.load(pipeline, settings=settings)([[]] * count)
    return [grid(result["notes"]) for result in results if result["notes"]]


def grid(found: Sequence[dict[str, float | str]]) -> Piece:
    """Return the pitch of each voice at each sixteenth."""
    spans = [(round(4 * n["start"]), round(4 * (n["start"] + n["length"])), n["voice"], n["pitch"]) for n in found]
    piece = np.zeros((max(end for _, end, _, _ in spans), 4), np.int64)
    for begin, end, voice, pitch in spans:
        piece[begin:end, NAMES.index(voice)] = pitch
    return piece


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="chorales in JSON, four MIDI numbers a sixteenth")
    parser.add_argument("--pipeline", default="audio/music-chorales-satb")
    parser.add_argument("--pieces", type=int, default=100)
    parser.add_argument("--set", action="append", default=[], dest="settings", help="as for seqpipe run")
    options = parser.parse_args()
    sets = {"Bach": bach(options.data), "generated": generated(options.pipeline, options.pieces, options.settings)}
    print(f"{'':30s}" + "".join(f"{name:>12s}" for name in sets))
    for name, statistic in STATISTICS.items():
        shares = [np.sum([statistic(piece) for piece in pieces], axis=0) for pieces in sets.values()]
        print(f"{name:30s}" + "".join(f"{count / total:12.1%}" for count, total in shares))
    print(f"{'pieces':30s}" + "".join(f"{len(pieces):12d}" for pieces in sets.values()))
    lengths = [np.mean([len(piece) / 4 for piece in pieces]) for pieces in sets.values()]
    print(f"{'quarter notes a piece':30s}" + "".join(f"{length:12.1f}" for length in lengths))


if __name__ == "__main__":
    main()
