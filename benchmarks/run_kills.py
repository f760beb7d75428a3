"""Kill a run at random moments and resume it: ``python -m benchmarks.run_kills [--kills 200] [--records 200000]``.

The output must be, byte for byte, that of a run that was left alone. Most kills come while results are written, the
others at any moment from the start of the process on. When an output is complete, the next one is begun.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.comments import write_comments

WRITING = 0.85
"""The share of kills that come while results are written."""


class Runs:
    """Runs of the shipped model over comments, in a folder."""

    def __init__(self, folder: Path, records: int, threads: int) -> None:
        self.folder = folder
        self.threads = threads
        write_comments(folder / "comments.txt", records)

    def start(self, output: str) -> subprocess.Popen[bytes]:
        """Begin an output, or resume it."""
        words = ["-o", output, "--resume", "--threads", str(self.threads), "-q"]
        return subprocess.Popen(
            [sys.executable, "-m", "seqpipe", "run", "text/sentiment", "comments.txt", *words], cwd=self.folder
        )

    def complete(self, output: str) -> bytes:
        """Run to the end and return what was written."""
        if self.start(output).wait():
            sys.exit(f"{output}: the run failed")
        return (self.folder / output).read_bytes()

    def kill(self, output: str, chance: random.Random) -> bool:
        """Run and kill; return whether it was writing."""
        process = self.start(output)
        written = self.folder / f"{output}.part" / "output"
        before = written.stat().st_size if written.exists() else 0
        if writing := chance.random() < WRITING:
            while process.poll() is None and (not written.exists() or written.stat().st_size <= before):
                time.sleep(0.002)
            time.sleep(chance.uniform(0.0, 0.6))
        else:
            time.sleep(chance.uniform(0.0, 1.5))
        writing = writing and process.poll() is None
        process.kill()
        process.wait()
        return writing


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--records", type=int, default=200_000)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    chance = random.Random(options.kills)
    kills = writing = outputs = different = 0
    with TemporaryDirectory() as name:
        runs = Runs(Path(name), options.records, options.threads)
        whole = runs.complete("whole.jsonl")
        while kills < options.kills:
            output = f"out{outputs}.jsonl"
            while kills < options.kills and not (runs.folder / output).exists():
                writing += runs.kill(output, chance)
                kills += 1
            different += runs.complete(output) != whole
            (runs.folder / output).unlink()
            outputs += 1
    print(
        f"{kills} kills, {writing} of them while results were written; {outputs} outputs of {options.records:,} records"
    )
    print(f"{outputs - different} outputs are the same as without, byte for byte; {different} are not")
    return int(different > 0)


if __name__ == "__main__":
    sys.exit(main())
