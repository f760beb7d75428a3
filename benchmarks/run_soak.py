"""Run the shipped model over very many comments: ``python -m benchmarks.run_soak [--records 1000000] [--threads 2]``.

Prints how many records a second go from file to file, the peak memory of the process for all records and for a tenth,
and what the journal costs: the same without one, to standard output that is a file. With ``--bad 1 10 1000``, so many
records are no UTF-8: the output must be that of the others, in order, and exactly the bad ones must be put aside, with
1, 2 and 4 threads.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.comments import write_comments


@dataclass(frozen=True)
class Measurement:
    """How long a run took, in seconds, its peak memory in MB, and its exit code."""

    seconds: float
    memory: float
    code: int


def run(folder: Path, source: str, output: str, threads: int, *options: str) -> Measurement:
    """Run a process to its end; an output ``-`` is standard output, into a file."""
    words = [sys.executable, "-m", "seqpipe", "run", "text/sentiment", source, "-o", output, "-q", *options]
    begin = time.perf_counter()
    with (folder / "standard-output").open("wb") as file:
        process = subprocess.Popen([*words, "--threads", str(threads)], cwd=folder, stdout=file)
        _, status, usage = os.wait4(process.pid, 0)
    return Measurement(time.perf_counter() - begin, usage.ru_maxrss / 1024, os.waitstatus_to_exitcode(status))


def throughput(folder: Path, records: int, threads: int, repeats: int) -> None:
    """Print rates and peak memory."""
    tenth = records // 10
    write_comments(folder / "all.txt", records)
    write_comments(folder / "tenth.txt", tenth)
    small = run(folder, "tenth.txt", "tenth.jsonl", threads)
    large = run(folder, "all.txt", "all.jsonl", threads)
    for count, measured in ((tenth, small), (records, large)):
        rate = count / measured.seconds
        print(
            f"{count:>9,} records  {measured.seconds:7.1f} s  {rate:8,.0f} records/s  {measured.memory:5.0f} MB at most"
        )
    with_journal, without = [], []
    for number in range(repeats):
        with_journal.append(run(folder, "tenth.txt", f"journal{number}.jsonl", threads).seconds)
        without.append(run(folder, "tenth.txt", "-", threads).seconds)
    cost = statistics.median(one / other - 1 for one, other in zip(with_journal, without, strict=True))
    print(f"the journal costs {cost:.1%} of the time (median of {repeats}, {tenth:,} records)")


def bad_records(folder: Path, records: int, bad: int) -> bool:
    """Run with so many bad records and 1, 2 and 4 threads; return whether all is as it must be."""
    write_comments(folder / "good.txt", records)
    if not (folder / "good.jsonl").exists():
        run(folder, "good.txt", "good.jsonl", 2)
    chosen = set(random.Random(bad).sample(range(records), bad))
    with (folder / "good.txt").open("rb") as good, (folder / "some.txt").open("wb") as some:
        for index, line in enumerate(good):
            some.write(b"\xff" + line if index in chosen else line)
    with (folder / "good.jsonl").open("rb") as good:
        expected = [line.replace(b"good.txt", b"some.txt", 1) for index, line in enumerate(good) if index not in chosen]
    sound = True
    for threads in (1, 2, 4):
        measured = run(folder, "some.txt", f"some{threads}.jsonl", threads, "--on-error", "quarantine")
        with (folder / f"some{threads}.jsonl").open("rb") as file:
            same = all(one == other for one, other in zip(file, expected, strict=True))
        with (folder / f"some{threads}.jsonl.quarantine.jsonl").open("rb") as file:
            aside = [json.loads(line)["position"] for line in file]
        right = measured.code == 3 and same and aside == [index + 1 for index in sorted(chosen)]
        print(f"{bad:,} bad of {records:,}, {threads} threads: {'all as it must be' if right else 'WRONG'}")
        sound = sound and right
    return sound


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--bad", type=int, nargs="*", default=[])
    options = parser.parse_args()
    with TemporaryDirectory() as name:
        if not options.bad:
            throughput(Path(name), options.records, options.threads, options.repeats)
        sound = [bad_records(Path(name), options.records, bad) for bad in options.bad]
    return int(not all(sound))


if __name__ == "__main__":
    sys.exit(main())
