"""Gather what `audio/keywords` is trained on: single words by many people, and other speech.

    python plugins/seqpipe-audio/experiments/keyword_data.py $SEQPIPE_DATA/speech runs/keywords

Writes manifests of recordings with what is said in them:

- ``words.tsv``, single words: Speech Commands, and espeak-ng in voices that are drawn, written into ``espeak/``;
- ``speech.tsv``, sentences: some of AN4, of the prompts of a telephone system, and words of ``vocabulary.txt`` in any
  order, by espeak-ng, none of which sounds like a label; ``less-speech.tsv``, some of these.

It needs the program espeak-ng.
"""

from __future__ import annotations

import argparse
import os
import random
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import espeak
import soundfile

RATE = 8000
LABELS = (
    "yes no up down left right on off stop go zero one two three four five six seven eight nine backward bed bird cat "
    "dog follow forward happy house learn marvin sheila tree visual wow"
).split()
ALIKE = set("know knows own write rite won to too for fore ate sicks lefts rights stops goes ups ones ago".split())
"""Words that sound like labels, or nearly."""

SPEECH = {"an4": 450, "prompts": 200}
SENTENCES = 200
LESS_SPEECH = {"an4": 250, "prompts": 100, "espeak": 150}
"""How many recordings and sentences there are in the manifests."""

DIALECTS = "en-us en-us en-gb en-gb-x-rp en-gb-scotland en-029 en-gb-x-gbclan en-gb-x-gbcwmd en-us-nyc".split()
VARIANTS = (
    "m1 m2 m3 m4 m5 m6 m7 m8 f1 f2 f3 f4 f5 Alex Alicia Andrea Andy Annie Denis Diogo Gene Hugo Jacky Lee Marco Mario "
    "Michael Mike adam anika antonio aunty belinda benjamin boris caleb david ed edward grandma grandpa gustave iven "
    "john klatt klatt2 klatt4 linda max michel miguel norbert pablo paul quincy rob robert sandro shelby steph steph2 "
    "travis victor whisper zac"
).split()


def recorded(data: Path, *manifests: str) -> Iterator[tuple[Path, str]]:
    """Yield the recordings of manifests, with what is said in them."""
    for manifest in manifests:
        for line in (data / manifest).read_text(encoding="utf-8").splitlines():
            path, _, text = line.partition("\t")
            yield data / path, text


def words(count: int, chance: random.Random) -> Iterator[str]:
    """Yield each label, again and again."""
    for _ in range(count):
        yield from chance.sample(LABELS, len(LABELS))


def sentences(count: int, chance: random.Random) -> Iterator[str]:
    """Yield some words after one another, which are no labels and do not sound so."""
    vocabulary = Path(__file__).with_name("vocabulary.txt").read_text(encoding="utf-8").splitlines()
    others = [word for word in vocabulary if word.isalpha() and word not in ALIKE and word not in LABELS]
    for _ in range(count):
        yield " ".join(chance.sample(others, chance.randint(2, 8)))


def spoken(texts: Iterable[str], folder: Path, chance: random.Random) -> list[tuple[Path, str]]:
    """Let espeak-ng say each text, in a voice that is drawn for every eight of them."""
    folder.mkdir(parents=True, exist_ok=True)
    tasks = []
    for number, text in enumerate(texts):
        if number % 8 == 0:
            voice = f"{chance.choice(DIALECTS)}+{chance.choice(VARIANTS)}"
            manner = voice, chance.randint(110, 220), chance.randint(10, 95)
        tasks.append((folder / f"{number // 8:03}_espeak_{number:05}.flac", text, manner))
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda task: soundfile.write(task[0], espeak.said(task[1], RATE, *task[2]), RATE), tasks))
    return [(path, text) for path, text, _ in tasks]


def write(manifest: Path, recordings: Iterable[tuple[Path, str]]) -> None:
    lines = (f"{os.path.relpath(path, manifest.parent)}\t{text}\n" for path, text in recordings)
    manifest.write_text("".join(lines), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder with the manifests of the sets")
    parser.add_argument("folder", type=Path, help="to write to")
    parser.add_argument("--words", type=int, default=24, help="times that espeak-ng says each label")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    data, folder, chance = options.data, options.folder, random.Random(options.seed)
    single = spoken(words(options.words, chance), folder / "espeak" / "words", chance)
    write(folder / "words.tsv", [*recorded(data, "commands_train.tsv"), *single])
    speech = {name: chance.sample(list(recorded(data, f"{name}_train.tsv")), count) for name, count in SPEECH.items()}
    speech["espeak"] = spoken(sentences(SENTENCES, chance), folder / "espeak" / "sentences", chance)
    write(folder / "speech.tsv", [recording for recordings in speech.values() for recording in recordings])
    less = {name: recordings[: LESS_SPEECH[name]] for name, recordings in speech.items()}
    write(folder / "less-speech.tsv", [recording for recordings in less.values() for recording in recordings])


if __name__ == "__main__":
    main()
