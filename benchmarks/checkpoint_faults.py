"""Kill the writing of a checkpoint at every one of its system calls: ``python benchmarks/checkpoint_faults.py``.

Needs strace. One checkpoint is written, then another over it; the process is killed when it makes a system call of the
second writing, for each of them in turn. What is left must load, and be one of the two.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from seqpipe.training.loop.checkpoint import Checkpoint

MARK = "the second begins"
CODE = f"""
import sys
from pathlib import Path
import numpy as np
from seqpipe.training.loop.checkpoint import Checkpoint

def save(steps):
    arrays = {{"weights/a": np.full(100_000, steps, np.float32)}}
    Checkpoint({{}}, {{"steps": steps}}, arrays).save(Path(sys.argv[1]))

save(1)
sys.stderr.write("{MARK}\\n")
save(2)
"""


def calls_of_the_second(folder: Path) -> list[tuple[str, int]]:
    """Return the system calls of the second writing, each with how many of its name came before it."""
    log = folder / "log"
    trace(folder, "-o", str(log))
    counts: Counter[str] = Counter()
    found, begun, main = [], False, ""
    for line in log.read_text().splitlines():
        thread, _, call = line.partition(" ")
        main = main or thread
        name = re.match(r"\s*(\w+)\(", call)
        if thread != main or name is None:
            continue
        counts[name[1]] += 1
        if begun and name[1] not in ("exit_group", "munmap", "rt_sigaction"):
            found.append((name[1], counts[name[1]]))
        begun = begun or MARK in line
        if begun and name[1] == "rename":
            return [*found, *after_renaming(counts)]
    sys.exit("the second writing was not seen")


def after_renaming(counts: Counter[str]) -> list[tuple[str, int]]:
    """Return the calls that make the new name durable."""
    return [(name, counts[name] + 1) for name in ("openat", "fsync", "close")]


def trace(folder: Path, *options: str) -> int:
    command = ["strace", "-f", "-qq", *options, sys.executable, "-c", CODE, str(folder / "last.safetensors")]
    return subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode


def main() -> int:
    with TemporaryDirectory() as name:
        folder = Path(name)
        outcomes: Counter[int] = Counter()
        for call, number in calls_of_the_second(folder):
            for left in folder.iterdir():
                left.unlink()
            code = trace(folder, "-o", "/dev/null", "-e", f"inject={call}:signal=KILL:when={number}")
            steps = Checkpoint.load(folder / "last.safetensors").progress["steps"]
            outcomes[steps] += 1
            print(f"killed ({code}) at {call} {number}: checkpoint {steps} loads")
    print(f"{outcomes[1]} times the first checkpoint, {outcomes[2]} times the second; always one that loads")
    return 0


if __name__ == "__main__":
    sys.exit(main())
