"""How long seqpipe takes to start, and how much it installs: ``python benchmarks/startup.py``.

Run it in an environment that has seqpipe-core and seqpipe-text, on a machine that does nothing else. Times are those of
whole processes, the median of several; the very first run compiles all kernels that it needs into an empty cache.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
MAIN_JOB = ["-m", "seqpipe", "run", "text/sentiment", "--text", "A fine film.", "-q"]

LSTM = """
import numpy as np
from seqpipe.network.cells import LSTM
from seqpipe.network.packing import Packing
from seqpipe.network.recurrent import Recurrent
network = Recurrent(LSTM, 64, 64)
weights = network.prepare({name: np.zeros(shape, np.float32) for name, shape in network.shapes().items()})
network.forward(np.zeros((10, 64), np.float32), Packing.of([10]), weights)
"""


def seconds(arguments: list[str], runs: int, **environment: str) -> float:
    """Return the median time of a process that runs Python with these arguments."""
    times = []
    for _ in range(runs):
        begin = time.perf_counter()
        subprocess.run(
            [sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL, env={**os.environ, **environment}
        )
        times.append(time.perf_counter() - begin)
    return statistics.median(times)


def installed() -> tuple[list[str], float]:
    """Return the distributions that the core installs in an empty environment, and the size of their wheels in MB."""
    with tempfile.TemporaryDirectory() as folder:
        wheels = Path(folder) / "wheels"
        subprocess.run(
            [sys.executable, "-m", "pip", "wheel", "--quiet", "--wheel-dir", str(wheels), str(ROOT)],
            check=True,
            stderr=subprocess.DEVNULL,
        )
        found = sorted(wheels.glob("*.whl"))
        return [wheel.name.split("-")[0] for wheel in found], sum(wheel.stat().st_size for wheel in found) / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--no-install", action="store_true", help="do not measure what is installed (needs pip)")
    options = parser.parse_args()
    rows = [
        ("import seqpipe", seconds(["-c", "import seqpipe"], options.runs), "s", ""),
        ("seqpipe --help", seconds(["-m", "seqpipe", "--help"], options.runs), "s", "at most 0.2"),
    ]
    with tempfile.TemporaryDirectory() as cache:
        rows.append(("first run, compiling", seconds(MAIN_JOB, 1, SEQPIPE_CACHE_DIR=cache), "s", "at most 15"))
        rows.append(("second run", seconds(MAIN_JOB, options.runs, SEQPIPE_CACHE_DIR=cache), "s", "at most 1.0"))
    with tempfile.TemporaryDirectory() as cache:
        rows.append(("an LSTM forward, compiling", seconds(["-c", LSTM], 1, SEQPIPE_CACHE_DIR=cache), "s", "at most 8"))
        loaded = seconds(["-c", LSTM], options.runs, SEQPIPE_CACHE_DIR=cache)
        rows.append(("the same from the cache", loaded, "s", "at most 0.5, with all imports"))
    if not options.no_install:
        names, size = installed()
        rows.append(("distributions of the core", len(names), "", "at most 18"))
        rows.append(("their wheels", size, "MB", "at most 100"))
    for name, value, unit, wanted in rows:
        print(f"{name:28s} {value:8.3g} {unit:3s} {wanted}")


if __name__ == "__main__":
    main()
