"""Count the false alarms of `audio/keywords` in an hour in which none of its words is said.

    python plugins/seqpipe-audio/experiments/false_alarms.py --data $SEQPIPE_DATA/speech
    python plugins/seqpipe-audio/experiments/false_alarms.py my.yaml --model runs/mine/model.safetensors --recall 0.9

The hour, which can be kept with ``--folder``, has three parts, none of them made as the training data were:

- people: recordings of the dev parts of Speech Commands, AN4 and the prompts without the words (with ``--data``);
- music and noise: what ``nobody_speaks.py`` makes, 20 minutes;
- espeak-ng: phrases of a telephone system, in voices that the training has not, alone or several at once; the rest.

It prints the alarms of each part at the pipeline's own threshold and, with ``--data``, at the one at which the given
recall is reached on the single words of Speech Commands' dev part.
"""

from __future__ import annotations

import argparse
import random
import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import espeak
import nobody_speaks
import numpy as np
import soundfile
from keyword_data import DIALECTS, recorded
from nobody_speaks import RATE
from synthesise import filled

import seqpipe

HOUR = 3600.0
VOICES = "Storm sandro marcelo jacky kaukovalta Diogo Henrique iven3 Gene2 klatt3 edward2 steph3 Tweaky".split()
BABBLE = 0.2
"""The share of phrases that several voices say at once."""

DEV = ("commands_dev.tsv", "an4_dev.tsv", "prompts_dev.tsv")


def people(data: Path, words: Sequence[str]) -> list[Path]:
    """Return the dev recordings in which none of the words is said."""
    return [path for path, text in recorded(data, *DEV) if not set(words) & set(text.split())]


def phrases(words: Sequence[str], chance: random.Random) -> Iterator[str]:
    """Yield phrases in which none of the words is said, nor what sounds like one."""
    alike = {*words, "know", "write", "wright", "rite"}
    templates = Path(__file__).with_name("phrases.txt").read_text(encoding="utf-8").splitlines()
    templates = [template for template in templates if template and not template.startswith("#")]
    while True:
        for phrase in filled(chance.sample(templates, len(templates)), chance):
            if not alike & set(re.findall(r"[a-z]+", phrase)):
                yield phrase


def spoken(phrase: str, chance: random.Random) -> np.ndarray:
    """Return a phrase as espeak-ng says it, at any level."""
    voice = f"{chance.choice(DIALECTS)}+{chance.choice(VOICES)}"
    samples = espeak.said(phrase, RATE, voice, chance.randint(120, 200), chance.randint(15, 90))
    return nobody_speaks.normalised(samples) * chance.uniform(0.05, 0.6)


def speak(folder: Path, minutes: int, words: Sequence[str], chance: random.Random) -> Iterator[Path]:
    """Write recordings of a minute each, phrase after phrase, and yield their paths."""
    said = phrases(words, chance)
    for number in range(minutes):
        minute = np.zeros(60 * RATE)
        place = 0
        while place < len(minute):
            voices = [
                spoken(next(said), chance) for _ in range(chance.randint(2, 5) if chance.random() < BABBLE else 1)
            ]
            for samples in voices:
                held = minute[place : place + len(samples)]
                held += samples[: len(held)]
            place += max(map(len, voices)) + round(chance.uniform(0.0, 1.5) * RATE)
        path = folder / f"espeak_{number:02}.flac"
        soundfile.write(path, np.clip(minute, -1, 1), RATE)
        yield path


def threshold_of(pipeline: str, settings: Sequence[str], manifest: Path, recall: float) -> float:
    """Return the greatest threshold, in hundredths, at which so many of the words of a manifest are answered."""
    low, high = 1, 100
    while high - low > 1:
        middle = (low + high) // 2
        tried = [*settings, f"decoder.threshold={middle / 100}"]
        reached = seqpipe.evaluate(pipeline, manifest, settings=tried)["recall"].value >= recall
        low, high = (middle, high) if reached else (low, middle)
    return low / 100


def alarms(pipeline: str, settings: Sequence[str], paths: Sequence[Path]) -> Counter[str]:
    """Return how often which word is answered in recordings."""
    return Counter(answer["label"] for answer in seqpipe.load(pipeline, settings=settings).read(*map(str, paths)))


def report(pipeline: str, settings: Sequence[str], parts: Mapping[str, Sequence[Path]]) -> None:
    """Print the alarms of each part, and how many that is in an hour."""
    total, seconds = 0, 0.0
    for part, paths in parts.items():
        heard = alarms(pipeline, settings, paths)
        length = sum(soundfile.info(str(path)).duration for path in paths)
        total, seconds = total + heard.total(), seconds + length
        which = ", ".join(f"{word} {count}" for word, count in heard.most_common())
        print(f"  {part:16} {length / 60:5.1f} minutes: {heard.total():3} alarms  {which}", flush=True)
    print(f"  {total * HOUR / seconds:.1f} alarms an hour", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pipeline", nargs="?", default="audio/keywords", help="a pipeline file, or the name of one")
    parser.add_argument("--model", help="in place of the pipeline's own")
    parser.add_argument("--set", action="append", default=[], help="as for seqpipe run")
    parser.add_argument("--data", type=Path, help="folder with the manifests of the sets")
    parser.add_argument("--recall", type=float, default=0.85, help="that the threshold has to reach")
    parser.add_argument("--folder", type=Path, help="where the recordings are to stay")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    settings = [*options.set, *([f"model={options.model}"] if options.model else [])]
    listen = seqpipe.load(options.pipeline, settings=settings)
    words, rate = listen.pipeline.stages[-1].words, round(listen.reader.spec.rate)
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        parts = {"people": people(options.data, words)} if options.data else {}
        parts["music and noise"] = nobody_speaks.compose(folder, 80, options.seed)
        rest = HOUR - sum(soundfile.info(str(path)).duration for paths in parts.values() for path in paths)
        parts["espeak-ng"] = list(speak(folder, round(rest / 60), words, random.Random(options.seed)))
        whole = [*settings, f"read={{reader: audio.files, rate: {rate}}}"]
        print("at the pipeline's own threshold")
        report(options.pipeline, whole, parts)
        if options.data:
            threshold = threshold_of(options.pipeline, settings, options.data / DEV[0], options.recall)
            print(f"at {threshold}, at which the recall of single words is {options.recall:.0%}")
            report(options.pipeline, [*whole, f"decoder.threshold={threshold}"], parts)


if __name__ == "__main__":
    main()
