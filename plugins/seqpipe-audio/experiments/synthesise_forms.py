"""Make what people answer to a form, to train `speech-an4` on: synthetic speech, and text for its language model.

    python plugins/seqpipe-audio/experiments/synthesise_forms.py runs/forms --words commands_train.tsv

What is said: commands with letters and numbers; names, streets and towns spelled letter by letter (``names.txt`` beside
this file); house numbers, ZIP codes, telephone numbers and dates. None of it is from a data set, all is drawn from the
seed. Writes:

- ``speech.tsv``, a manifest of recordings at 16 kHz, spoken by espeak-ng in many voices, with two parts of it,
  ``fourth.tsv`` and ``dates.tsv``;
- ``phrases.txt``, all names once and more of the same, for the language model;
- ``words.tsv``, if a manifest of single words is given, named as in Speech Commands: those that forms have, joined to
  strings of one speaker.

It needs the program espeak-ng.
"""

from __future__ import annotations

import argparse
import random
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import espeak
import numpy as np
import soundfile
from forms import COMMANDS, DIGITS, MONTHS, Respondent, read_names, spelled

RATE = 16_000
NAMES = Path(__file__).parent / "names.txt"
SPELLED = ("first", "surname", "street", "town")
VOICES = ("en-us", "en-us", "en-us", "en-us-nyc", "en-gb")
AMERICAN = VOICES[:4]  # the British call the last letter "zed"
VARIANTS = (
    "f1 f2 f3 f4 f5 m1 m2 m3 m4 m5 m6 m7 m8 Alex Alicia Andrea Andy Annie Denis Diogo Gene Gene2 Henrique Hugo Jacky "
    "Lee Marco Mario Michael Mike Nguyen adam anika antonio aunty belinda benjamin boris caleb david ed edward gustave "
    "iven iven2 iven3 john linda marcelo max michel miguel norbert pablo paul pedro quincy rob robert sandro shelby "
    "steph steph2 steph3 travis victor zac klatt klatt2 klatt4 croak"
).split()


def speak(text: str, path: Path, seed: int) -> None:
    """Write a phrase as espeak-ng says it, in a voice that the seed chooses; letters with or without pauses."""
    chance = random.Random(seed)
    voice = chance.choice(AMERICAN if re.search(r"\bz\b", text) else VOICES)
    voice = f"{voice}+{chance.choice(VARIANTS)}"
    speed, pitch, gap = chance.randint(110, 190), chance.randint(20, 80), chance.choice((0, 0, 1, 3, 6))
    pause = chance.choice((" ", " ", ", "))
    spoken = re.sub(r"\b([a-z]) (?=[a-z]\b)", lambda match: match[1] + pause, text)
    spoken = re.sub(r"\b[a-z]\b", lambda match: match[0].upper(), spoken)
    soundfile.write(path, espeak.said(spoken, RATE, voice, speed, pitch, gap), RATE, format="FLAC")


def join(manifest: Path, folder: Path, chance: random.Random) -> list[str]:
    """Write strings of one to four words of a speaker, each word twice; return their lines of a manifest."""
    folder.mkdir(exist_ok=True)
    takes: dict[str, list[tuple[Path, str]]] = {}
    for line in manifest.read_text(encoding="utf-8").splitlines():
        name, _, word = line.partition("\t")
        if word in {*DIGITS, *COMMANDS}:
            path = manifest.parent / name
            takes.setdefault(path.stem.split("_")[2], []).append((path, word))
    lines = []
    for speaker, recordings in sorted(takes.items()):
        drawn = [take for _ in range(2) for take in chance.sample(recordings, len(recordings))]
        while drawn:
            count = chance.randint(1, 4)
            string, drawn = drawn[:count], drawn[count:]
            samples = [soundfile.read(path, dtype="float32")[0] for path, _ in string]
            path = folder / f"{speaker}_{len(lines):04}.flac"
            soundfile.write(path, np.concatenate(samples), RATE)
            lines.append(f"{folder.name}/{path.name}\t{' '.join(word for _, word in string)}")
    return lines


def main() -> None:
    """Write all of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="to write to")
    parser.add_argument("--count", type=int, default=3200, help="phrases to speak")
    parser.add_argument("--phrases", type=int, default=8000, help="of the language model, beside all names")
    parser.add_argument("--words", type=Path, help="a manifest of single words at 16 kHz")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    folder = arguments.folder
    respondent = Respondent(random.Random(arguments.seed), read_names(NAMES))
    spoken = [respondent.phrase() for _ in range(arguments.count)]
    paths = [folder / "speech" / f"{index:05}.flac" for index in range(len(spoken))]
    paths[0].parent.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(speak, spoken, paths, range(len(spoken))))
    lines = [f"speech/{path.name}\t{text}" for path, text in zip(paths, spoken, strict=True)]
    write(folder / "speech.tsv", lines)
    write(folder / "fourth.tsv", lines[: len(lines) // 4])
    write(folder / "dates.tsv", [line for line in lines if {*line.split()} & {*MONTHS}])
    names = [spelled(name) for kind in SPELLED for name in sorted(set(respondent.names[kind]))]
    write(folder / "phrases.txt", [*names, *(respondent.phrase() for _ in range(arguments.phrases))])
    if arguments.words:
        write(folder / "words.tsv", join(arguments.words, folder / "words", random.Random(arguments.seed)))


def write(path: Path, lines: list[str]) -> None:
    """Write a text file."""
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


if __name__ == "__main__":
    main()
