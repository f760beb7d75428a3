"""Gather what `speech-digits` and `speech-stream` are trained on: spoken digits, and speech without any.

    python plugins/seqpipe-audio/experiments/digits_data.py $SEQPIPE_DATA/speech runs/digits

Writes one manifest, ``digits.tsv``, of recordings in four sets. Of what is said only the digits are the text, so other
words are to be heard as nothing:

- the Free Spoken Digit Dataset: six people, each digit many times;
- Speech Commands: single words by many people; their digits several times over, since they are few;
- AN4: digits, letters, addresses and dates, read by many people, but for those that say "oh" for zero;
- espeak-ng: digits and other words in voices that are drawn, written into ``espeak/``.

What is held out by the pipelines (`train.data.held_out`) stands there too, once. The digits of people who are held out
stand in a manifest of their own as well, ``strangers.tsv``:

    seqpipe evaluate audio/speech-digits --data runs/digits/strangers.tsv

It needs the program espeak-ng.
"""

from __future__ import annotations

import argparse
import os
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import espeak
import soundfile

RATE = 8000
DIGITS = "zero one two three four five six seven eight nine".split()
Spoken = tuple[Path, str]
"""A recording, and the digits that are said in it."""

AMBIGUOUS = {"oh", "o"}
"""What may mean zero, and is not written as zero."""

DIALECTS = "en-us en-gb en-gb-x-rp en-gb-scotland en-029 en-gb-x-gbclan en-gb-x-gbcwmd en-us-nyc".split()
VARIANTS = (
    "m1 m2 m3 m4 m5 m6 m7 m8 f1 f2 f3 f4 f5 Alex Alicia Andrea Andy Annie Denis Diogo Gene Gene2 Henrique Hugo Jacky "
    "Lee Marco Mario Michael Mike Nguyen adam anika antonio aunty belinda benjamin boris caleb croak david ed edward "
    "grandma grandpa gustave iven iven2 iven3 john klatt klatt2 klatt4 linda marcelo max michel miguel norbert pablo "
    "paul pedro quincy rob robert sandro shelby steph steph2 steph3 travis victor whisper whisperf zac"
).split()
REPEATS = 8
"""How often a digit of Speech Commands is learned from."""

OTHERS = 0.15
"""The share of the recordings without digits that is taken."""

OTHER_WORDS = 2
"""Words without digits of each voice of espeak-ng."""


def recordings(data: Path, chance: random.Random) -> Iterator[Spoken]:
    """Yield recordings with the digits that are said in them, those of many people several times."""
    for manifest in ("fsdd.tsv", "commands_train.tsv", "commands_dev.tsv", "an4_train.tsv", "an4_dev.tsv"):
        name, _, part = manifest.removesuffix(".tsv").partition("_")
        for line in (data / manifest).read_text(encoding="utf-8").splitlines():
            path, _, text = line.partition("\t")
            said = text.split()
            digits = [word for word in said if word in DIGITS]
            if part == "dev" and digits == said:
                yield data / path, text
            elif part != "dev" and not AMBIGUOUS & set(said) and (digits or chance.random() < OTHERS):
                yield from [(data / path, " ".join(digits))] * (REPEATS if name == "commands" and digits else 1)


def synthetic(folder: Path, speakers: int, chance: random.Random) -> Iterator[Spoken]:
    """Yield each digit, and some other words, by each of some voices."""
    vocabulary = Path(__file__).with_name("vocabulary.txt").read_text(encoding="utf-8").splitlines()
    words = [word for word in vocabulary if word.isalpha() and word not in DIGITS]
    folder.mkdir(parents=True, exist_ok=True)
    tasks = []
    for speaker in range(speakers):
        voice = f"{chance.choice(DIALECTS)}+{chance.choice(VARIANTS)}"
        manner = voice, chance.randint(110, 220), chance.randint(10, 95)
        said = [*DIGITS, *chance.sample(words, OTHER_WORDS)]
        tasks += [(folder / f"{word}__{speaker:03}_espeak.flac", word, manner) for word in said]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda task: soundfile.write(task[0], espeak.said(task[1], RATE, *task[2]), RATE), tasks))
    for path, word, _ in tasks:
        yield path, word if word in DIGITS else ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder with the manifests of the sets")
    parser.add_argument("folder", type=Path, help="to write to")
    parser.add_argument("--speakers", type=int, default=75, help="voices of espeak-ng")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    folder = arguments.folder
    chance = random.Random(arguments.seed)
    spoken = [*recordings(arguments.data, chance), *synthetic(folder / "espeak", arguments.speakers, chance)]
    strangers = [(path, text) for path, text in spoken if "commands/dev/" in path.as_posix()]
    for name, contents in (("digits.tsv", spoken), ("strangers.tsv", strangers)):
        lines = (f"{os.path.relpath(path, folder)}\t{text}\n" for path, text in contents)
        (folder / name).write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
