"""A run on a local Ray cluster beside one on threads: ``python -m benchmarks.cluster [--records 200000]``.

Prints how many records a second are written after the start-up (from the moment when a twentieth of the output is there
to the last one), the peak memory of the process that was started, for all records and for a tenth, and whether the
outputs are the same byte for byte.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.comments import write_comments
from benchmarks.local_cluster import local_cluster

START = 0.05
"""Share of the output that counts for the start-up."""


@dataclass(frozen=True)
class Run:
    """What a run has done: its output, when it had which size, and its peak memory in MB."""

    output: bytes
    sizes: list[tuple[float, int]]
    memory: float

    def rate(self, records: int) -> float:
        """Return the records a second after the start-up."""
        begin = next(at for at in self.sizes if at[1] >= START * len(self.output))
        end = self.sizes[-1]
        return records * (end[1] - begin[1]) / len(self.output) / (end[0] - begin[0])


def run(folder: Path, source: str, name: str, environment: Mapping[str, str], *options: str) -> Run:
    words = [sys.executable, "-m", "seqpipe", "run", "text/sentiment", source, "-o", name, "-q", *options]
    process = subprocess.Popen(words, cwd=folder, env=environment)
    growing, sizes = folder / f"{name}.part" / "output", [(0.0, 0)]
    while (ended := os.wait4(process.pid, os.WNOHANG))[0] == 0:
        size = growing.stat().st_size if growing.exists() else 0
        if size > sizes[-1][1]:
            sizes.append((time.perf_counter(), size))
        time.sleep(0.01)
    if os.waitstatus_to_exitcode(ended[1]):
        sys.exit(f"{name}: the run failed")
    return Run((folder / name).read_bytes(), sizes, ended[2].ru_maxrss / 1024)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=200_000)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    with TemporaryDirectory() as name, local_cluster(options.workers) as (environment, _):
        folder = Path(name)
        write_comments(folder / "all.txt", options.records)
        write_comments(folder / "tenth.txt", options.records // 10)
        ray = ("--engine", "ray", "--set", f"engine.workers={options.workers}")
        run(folder, "tenth.txt", "warm.jsonl", environment)  # compiles
        there = run(folder, "all.txt", "there.jsonl", environment, *ray)
        here = run(folder, "all.txt", "here.jsonl", environment, "--threads", str(options.workers))
        tenth = run(folder, "tenth.txt", "tenth.jsonl", environment, *ray)
    rates = [one.rate(options.records) for one in (here, there)]
    print(f"{options.workers} threads  {rates[0]:8,.0f} records/s  {here.memory:5.0f} MB at most")
    print(f"{options.workers} workers  {rates[1]:8,.0f} records/s  {there.memory:5.0f} MB at most in the driver")
    print(
        f"workers / threads: {rates[1] / rates[0]:.1%}; the driver with a tenth of the records: {tenth.memory:.0f} MB"
    )
    same = there.output == here.output
    print(f"{options.records:,} records: {'the same' if same else 'NOT the same'}, byte for byte")
    return int(not same)


if __name__ == "__main__":
    sys.exit(main())
