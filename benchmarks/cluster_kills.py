"""Kill workers and drivers of runs on a local Ray cluster: ``python -m benchmarks.cluster_kills``.

Workers are killed at random moments of a run, drivers at random moments after their start, and a killed driver is
resumed. The output must be, byte for byte, that of a run on threads that was left alone. When an output is complete,
the next one is begun.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.comments import write_comments
from benchmarks.local_cluster import local_cluster, processes


class Runs:
    """Runs on a cluster, and what has been killed of them."""

    def __init__(self, folder: Path, environment: dict[str, str], session: int) -> None:
        self.folder = folder
        self.environment = environment
        self.session = session
        self.chance = random.Random(1)
        self.workers = self.drivers = self.writing = 0

    def start(self, output: str, *options: str) -> subprocess.Popen[bytes]:
        """Begin an output, or resume it."""
        words = [sys.executable, "-m", "seqpipe", "run", "text/sentiment", "comments.txt", "-o", output, "--resume"]
        return subprocess.Popen([*words, "-q", *options], cwd=self.folder, env=self.environment)

    def kill_workers(self, process: subprocess.Popen[bytes], most: int) -> None:
        """Kill so many workers of a run, or as many as there are until it ends; each has had its time to load."""
        for _ in range(most):
            while process.poll() is None and not (pids := processes(self.session, "ray::Worker")):
                time.sleep(0.05)
            time.sleep(self.chance.uniform(0.0, 4.0))
            pids = processes(self.session, "ray::Worker")
            if process.poll() is not None or not pids:
                return
            os.kill(self.chance.choice(pids), signal.SIGKILL)
            self.workers += 1

    def kill_driver(self, process: subprocess.Popen[bytes], output: str) -> None:
        """Kill a run, unless it has ended."""
        part = self.folder / f"{output}.part" / "output"
        before = part.stat().st_size if part.exists() else 0
        deadline = time.monotonic() + self.chance.uniform(1.0, 60.0)
        while process.poll() is None and time.monotonic() < deadline:
            if part.exists() and part.stat().st_size > before:  # it writes: not much later
                deadline = min(deadline, time.monotonic() + self.chance.uniform(0.0, 5.0))
                before = sys.maxsize
            time.sleep(0.02)
        if process.poll() is None:
            process.kill()
            process.wait()
            self.drivers += 1
            self.writing += before == sys.maxsize


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=int, default=20, help="kills of workers")
    parser.add_argument("--drivers", type=int, default=10, help="kills of drivers")
    parser.add_argument("--records", type=int, default=200_000)
    options = parser.parse_args()
    outputs = different = 0
    with TemporaryDirectory() as name, local_cluster(2) as (environment, session):
        runs = Runs(Path(name), environment, session)
        write_comments(runs.folder / "comments.txt", options.records)
        if runs.start("whole.jsonl").wait():
            sys.exit("the run on threads failed")
        whole = (runs.folder / "whole.jsonl").read_bytes()
        while runs.workers < options.workers or runs.drivers < options.drivers:
            output = f"out{outputs}.jsonl"
            while not (runs.folder / output).exists():
                process = runs.start(output, "--engine", "ray")
                runs.kill_workers(process, min(2, options.workers - runs.workers))
                if runs.drivers < options.drivers:
                    runs.kill_driver(process, output)
                if process.wait() > 0:
                    sys.exit(f"{output}: the run failed")
                print(f"{runs.workers} workers and {runs.drivers} drivers killed", flush=True)
            different += (runs.folder / output).read_bytes() != whole
            (runs.folder / output).unlink()
            outputs += 1
    print(f"{runs.workers} workers killed; {runs.drivers} drivers, {runs.writing} of them while results were written")
    print(
        f"{outputs - different} outputs of {options.records:,} records are the same as without, byte for byte;", end=""
    )
    print(f" {different} are not")
    return int(different > 0)


if __name__ == "__main__":
    sys.exit(main())
