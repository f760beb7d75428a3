"""Compose strings of 3 to 7 digits of recordings that a model was not trained on, to evaluate it on.

    python plugins/seqpipe-audio/experiments/digit_strings.py $SEQPIPE_DATA/speech/fsdd.tsv runs/strings
    seqpipe evaluate audio/speech-digits --data runs/strings/strings.tsv

Of each speaker, single digits are drawn among those whose names match (takes 5 to 9, the ones that
``pipelines/speech-digits.yaml`` holds out), and joined: half of the strings without pauses, half with pauses of up to
0.4 seconds. Writes FLAC files, the manifest ``strings.tsv``, and one of the single digits, ``single.tsv``; and
``ends.json``, when each digit of each string ends, in seconds.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from pathlib import Path

import numpy as np
import soundfile

RATE = 8000


def main() -> None:
    """Compose and write them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("manifest", type=Path, help="of single digits named digit_speaker_take")
    parser.add_argument("folder", type=Path, help="to write to")
    parser.add_argument("--match", default=r"_[5-9]\.flac$", help="regular expression for names of recordings")
    parser.add_argument("--count", type=int, default=50, help="strings of each speaker")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    arguments.folder.mkdir(parents=True, exist_ok=True)
    takes: dict[str, list[tuple[Path, str]]] = {}
    for line in arguments.manifest.read_text(encoding="utf-8").splitlines():
        name, _, text = line.partition("\t")
        if re.search(arguments.match, name):
            path = (arguments.manifest.parent / name).resolve()
            takes.setdefault(path.stem.split("_")[1], []).append((path, text))
    singles = [f"{path}\t{text}\n" for speaker in takes.values() for path, text in speaker]
    (arguments.folder / "single.tsv").write_text("".join(singles), encoding="utf-8")
    lines, ends = [], {}
    for speaker, recordings in sorted(takes.items()):
        for number in range(arguments.count):
            chosen = chance.choices(recordings, k=chance.randint(3, 7))
            name = f"{speaker}_{number:03}.flac"
            most = 0.4 if number % 2 else 0.0
            samples, ends[name] = _joined([path for path, _ in chosen], most, chance)
            soundfile.write(arguments.folder / name, samples, RATE)
            lines.append(f"{name}\t{' '.join(text for _, text in chosen)}\n")
    (arguments.folder / "strings.tsv").write_text("".join(lines), encoding="utf-8")
    (arguments.folder / "ends.json").write_text(json.dumps(ends), encoding="utf-8")


def _joined(paths: list[Path], most: float, chance: random.Random) -> tuple[np.ndarray, list[float]]:
    """Return recordings with pauses of up to ``most`` seconds between them, and the second each of them ends at."""
    parts: list[np.ndarray] = []
    ends: list[float] = []
    for path in paths:
        if parts:
            parts.append(np.zeros(round(chance.uniform(0, most) * RATE), np.float32))
        parts.append(soundfile.read(path, dtype="float32")[0])
        ends.append(sum(map(len, parts)) / RATE)
    return np.concatenate(parts), ends


if __name__ == "__main__":
    main()
