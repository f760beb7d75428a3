"""Cut recordings between words where it is silent, and join them anew: other strings of letters by the same people.

    python plugins/seqpipe-audio/experiments/recompose.py runs/an4-synthetic an4_train.tsv runs/recomposed

From strings that it hears again and again a network learns what comes next in them, and listens less well to letters.
Where words lie is told by a model: the run of a training, whose pipeline aligns each recording with its own text. A cut
is made at the softest moment between two words, if it is much softer than both. Parts are joined within a speaker,
whose name is that of the file up to two underscores. Writes FLAC files and their manifest, ``recomposed.tsv``; all is
drawn from the seed.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

import numpy as np
import soundfile

import seqpipe
from seqpipe_audio.alignment import align

RATE = 16_000
FRAME = RATE // 100  # samples between two looks at the level
FADE = 80  # samples
SOFTER = 25.0  # decibels
Part = tuple[np.ndarray, str]


class Cutter:
    """Finds where words lie, by a trained pipeline of a log-mel front end and `audio.search`."""

    def __init__(self, run: Path) -> None:
        settings = [f"model={run / 'model.safetensors'}"]
        self.pipeline = seqpipe.load(str(run / "pipeline.yaml"), settings=settings).pipeline
        self.labels = {label: index for index, label in enumerate(self.pipeline.learned[-2]["labels"], 1)}

    def parts(self, samples: np.ndarray, text: str) -> list[Part]:
        """Return the parts between safe cuts, each with its words."""
        batch = seqpipe.Batch((seqpipe.Record("recording", samples),))
        for step in self.pipeline.steps[:-2]:
            batch, _ = step(batch, None)
        spans = batch.column("spans", seqpipe.Ragged)[0]
        frames, _ = align(seqpipe.log_softmax(batch.ragged[0]), np.array([self.labels[symbol] for symbol in text]))
        level = levels(samples)
        parts, words = [], []
        begin = place = last = 0
        for word in text.split():
            middle = int(spans[frames[place, 0]].mean())
            cut = safe_cut(level, last, middle) if words else None
            if cut is not None:
                parts.append((samples[begin:cut], " ".join(words)))
                words, begin = [], cut
            words.append(word)
            last = int(spans[frames[place + len(word) - 1, 1] - 1].mean())
            place += len(word) + 1
        return [*parts, (samples[begin:], " ".join(words))]


def levels(samples: np.ndarray) -> np.ndarray:
    """Return the level of each hundredth of a second, in decibels."""
    count = len(samples) // FRAME
    power = np.square(samples[: count * FRAME].reshape(count, FRAME), dtype=np.float64).mean(axis=1)
    smooth = np.convolve(power, np.ones(3) / 3, mode="same")
    return 10 * np.log10(np.maximum(smooth, 1e-10))


def safe_cut(level: np.ndarray, last: int, first: int) -> int | None:
    """Return the softest moment between two words, as a sample; None if it is not much softer than both.

    Args:
        level: of each hundredth of a second.
        last: a sample in the end of the first word.
        first: a sample in the beginning of the second.
    """
    begin, end = last // FRAME, min(first // FRAME + 1, len(level))
    if end - begin < 3:
        return None
    softest = begin + int(level[begin:end].argmin())
    around = 20  # hundredths of a second, in which each word is at its loudest
    loud = min(level[max(begin - around, 0) : begin + 1].max(), level[end - 1 : end + around].max())
    return softest * FRAME + FRAME // 2 if level[softest] < loud - SOFTER else None


def joined(parts: list[Part]) -> Part:
    """Return parts one after the other, each faded in and out."""
    ramp = np.linspace(0, 1, FADE, dtype=np.float32)
    faded = []
    for samples, _ in parts:
        copy = samples.copy()
        if len(copy) > 2 * FADE:
            copy[:FADE] *= ramp
            copy[-FADE:] *= ramp[::-1]
        faded.append(copy)
    return np.concatenate(faded), " ".join(text for _, text in parts)


def main() -> None:
    """Cut and join them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path, help="folder of a training")
    parser.add_argument("manifest", type=Path, help="of recordings at 16 kHz")
    parser.add_argument("folder", type=Path, help="to write to")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    cutter = Cutter(arguments.run)
    pools: dict[str, list[Part]] = {}
    for line in arguments.manifest.read_text(encoding="utf-8").splitlines():
        name, _, text = line.partition("\t")
        path = arguments.manifest.parent / name
        parts = cutter.parts(soundfile.read(path, dtype="float32")[0], text)
        pools.setdefault(path.name.split("__")[0], []).extend(parts)
    arguments.folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for speaker, parts in sorted(pools.items()):
        drawn = chance.sample(parts, len(parts))
        while drawn:
            count = chance.randint(3, 7)
            chosen, drawn = drawn[:count], drawn[count:]
            samples, text = joined(chosen)
            path = arguments.folder / f"{speaker}__{len(lines):04}.flac"
            soundfile.write(path, samples, RATE)
            lines.append(f"{path.name}\t{text}\n")
    (arguments.folder / "recomposed.tsv").write_text("".join(lines), encoding="utf-8")
    print(f"{sum(map(len, pools.values()))} parts, {len(lines)} recordings")


if __name__ == "__main__":
    main()
