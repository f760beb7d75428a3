"""How long after its record a result comes, when records come one by one: ``python benchmarks/latency.py``.

Comments go to ``seqpipe run`` through a pipe, one each tenth of a second, with one and two threads, to standard output
and to a file whose growing part is looked at; and to `iterate`, from a generator that sleeps. Prints the median and the
longest time from a record to its result, without the first ones.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory

import seqpipe

SENTENCES = Path(__file__).parent.parent / "pipelines" / "inputs" / "comments.txt"
PAUSE = 0.1
WARMING = 5  # records whose times are not counted: the first one waits for the model


def through_a_pipe(texts: list[str], form: str, threads: int) -> list[float]:
    """Run the command; return the seconds from each line to that of its result on standard output."""
    reader = "core.jsonl" if form == "jsonl" else "core.lines"
    words = [sys.executable, "-m", "seqpipe", "run", "text/sentiment", "-", "-q", "--threads", str(threads)]
    process = subprocess.Popen(
        [*words, "--set", f"read.reader={reader}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    seconds = []
    for text in texts:
        time.sleep(PAUSE)
        line = json.dumps({"text": text}) if form == "jsonl" else text
        begin = time.perf_counter()
        process.stdin.write(f"{line}\n".encode())
        process.stdin.flush()
        process.stdout.readline()
        seconds.append(time.perf_counter() - begin)
    process.stdin.close()
    process.wait()
    return seconds


def into_a_file(texts: list[str]) -> list[float]:
    """Run the command with ``-o FILE``; return the seconds from each line to that of its result in the file."""
    with TemporaryDirectory() as folder:
        words = [sys.executable, "-m", "seqpipe", "run", "text/sentiment", "-", "-q", "-o", "results.jsonl"]
        process = subprocess.Popen(words, stdin=subprocess.PIPE, cwd=folder)
        assert process.stdin is not None
        growing = Path(folder) / "results.jsonl.part" / "output"
        seconds = []
        for number, text in enumerate(texts, 1):
            time.sleep(PAUSE)
            begin = time.perf_counter()
            process.stdin.write(f"{text}\n".encode())
            process.stdin.flush()
            while not growing.exists() or growing.read_bytes().count(b"\n") < number:
                time.sleep(0.001)
            seconds.append(time.perf_counter() - begin)
        process.stdin.close()
        process.wait()
    return seconds


def from_a_generator(texts: list[str], threads: int) -> list[float]:
    """Give texts to `iterate`; return the seconds from each text to its result."""
    given: list[float] = []

    def sleepy() -> Iterator[str]:
        for text in texts:
            time.sleep(PAUSE)
            given.append(time.perf_counter())
            yield text

    rate = seqpipe.load("text/sentiment", threads=threads)
    come = [time.perf_counter() for _ in rate.iterate(sleepy())]
    return [after - before for before, after in zip(given, come, strict=True)]


def main() -> None:
    parser = argparse.ArgumentParser(description="how long after its record a result comes")
    parser.add_argument("--records", type=int, default=50)
    options = parser.parse_args()
    texts = list(islice(cycle(SENTENCES.read_text(encoding="utf-8").splitlines()), options.records + WARMING))
    for name, seconds in (
        ("lines on standard input", through_a_pipe(texts, "lines", 1)),
        ("the same, 2 threads", through_a_pipe(texts, "lines", 2)),
        ("JSON Lines on standard input", through_a_pipe(texts, "jsonl", 1)),
        ("standard input, to a file", into_a_file(texts)),
        ("iterate", from_a_generator(texts, 1)),
        ("iterate, 2 threads", from_a_generator(texts, 2)),
    ):
        counted = [1000 * one for one in seconds[WARMING:]]
        print(f"{name:<30} {statistics.median(counted):5.1f} ms, {max(counted):5.1f} ms at most")


if __name__ == "__main__":
    main()
