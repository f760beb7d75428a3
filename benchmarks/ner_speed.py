"""How many words a second text/ner reads: ``python benchmarks/ner_speed.py [FILE]``.

On one thread, with everything from text to entities, the median of several runs. Without a file the sentences are made
of words that nobody has written, as often as words of a language are (G. Zipf, 1935) and so as seldom the same: what is
kept of words for speed helps no more than in real texts. A word is what stands between spaces.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import time
from pathlib import Path

SYLLABLES = [first + vowel + last for first in "bdfgklmnprstv" for vowel in "aeiou" for last in ("", "n", "r", "st")]
WORDS, LENGTH, SENTENCES = 30_000, 20, 2_000


def made_up(chance: random.Random) -> list[str]:
    """Return sentences, some of whose words have capitals."""
    lexicon = ["".join(chance.choices(SYLLABLES, k=chance.randint(1, 3))) for _ in range(WORDS)]
    lexicon = [word.capitalize() if chance.random() < 0.15 else word for word in lexicon]
    frequencies = [1 / rank for rank in range(1, WORDS + 1)]
    return [" ".join([*chance.choices(lexicon, frequencies, k=LENGTH), "."]) for _ in range(SENTENCES)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, help="texts, one a line")
    parser.add_argument("--pipeline", default="text/ner")
    parser.add_argument("--runs", type=int, default=7)
    options = parser.parse_args()
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[name] = "1"
    import seqpipe  # noqa: PLC0415 - after the threads are set

    texts = options.file.read_text(encoding="utf-8").splitlines() if options.file else made_up(random.Random(1))
    words = sum(len(text.split()) for text in texts)
    find = seqpipe.load(options.pipeline)
    find(texts[:100])
    elapsed, computed = [], []
    for _ in range(options.runs):
        begin, busy = time.perf_counter(), time.process_time()
        find(texts)
        elapsed.append(time.perf_counter() - begin)
        computed.append(time.process_time() - busy)
    different = len({word for text in texts for word in text.split()})
    print(f"{words:,} words in {len(texts):,} texts, {different:,} different ones")
    rate, of_cpu = (words / statistics.median(seconds) for seconds in (elapsed, computed))
    print(f"{rate:,.0f} words a second; {of_cpu:,.0f} a second of CPU time")


if __name__ == "__main__":
    main()
