"""Kill a training at random moments and resume it: ``python -m benchmarks.training_kills [--kills 20] [--threads 2]``.

The weights, the metrics and the model must be, bit for bit, those of a training that was left alone.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests import killing


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--records", type=int, default=4000)
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        pipeline = killing.write(Path(folder), options.records)
        whole = killing.trained(pipeline, Path(folder) / "whole")
        killed = killing.trained(pipeline, Path(folder) / "killed", options.kills, options.threads)
        begun = (Path(folder) / "killed" / "timing.jsonl").read_text().count('"started"')
    for name, content in whole.items():
        print(f"{'the same' if killed[name] == content else 'DIFFERENT'}  {name}, {len(content):,} bytes")
    print(f"{options.kills} kills, {begun} trainings begun or resumed, on 1 and on {options.threads} threads")
    return int(killed != whole)


if __name__ == "__main__":
    sys.exit(main())
