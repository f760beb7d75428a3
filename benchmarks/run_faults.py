"""Let every mutating system call of a run fail. Needs strace.

    python -m benchmarks.run_faults [--records 200] [--output out.parquet]

At each call that has to do with the output, a run is killed, finds no space left, or gets an input/output error. The
next run must complete the output, byte for byte as without the fault; of a compressed one, what it holds.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from tests import colours
from tests.faulty_runs import Runs


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=200)
    parser.add_argument("--output", default="out.jsonl", help="the name of the output, whose ending says its form")
    options = parser.parse_args()
    with TemporaryDirectory() as name:
        colours.write(Path(name))
        runs = Runs(Path(name), options.records, options.output)
        tried: Counter[str] = Counter()
        recovered: Counter[str] = Counter()
        for fault in runs.faults():
            tried[fault.kind] += 1
            if runs.recovers(fault):
                recovered[fault.kind] += 1
            else:
                print(f"NOT RECOVERED: {fault}")
    for kind, count in tried.items():
        print(f"{kind:14s} {recovered[kind]} of {count} recovered")
    return int(recovered != tried)


if __name__ == "__main__":
    sys.exit(main())
