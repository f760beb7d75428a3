"""Give commands what nobody would write: ``python -m benchmarks.run_hostile [--count 10000] [--seed 1]``.

Every value of a model's metadata is replaced by each of 39 others; further models, pipeline files, records in JSON
Lines and rows of CSV are drawn. No command may end as a bug, take more than ten seconds, or say what is not for people.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests import colours
from tests.hostile_inputs import all_models, fault, faults, kinds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000, help="inputs that are drawn, beside all models")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    wrong = 0
    with TemporaryDirectory() as name:
        folder = Path(name)
        os.chdir(folder)
        colours.write(folder)
        by_name = kinds(folder)
        tried = 0
        for content in all_models(by_name["models"].base):
            (folder / by_name["models"].file).write_bytes(content)
            tried += 1
            wrong += _tell("all models", content, fault(by_name["models"].arguments))
        print(f"{tried:,} models with a value replaced", flush=True)
        for kind, hostile in by_name.items():
            for content, what in faults(hostile, folder, options.count // len(by_name), options.seed):
                wrong += _tell(kind, content, what)
            print(f"{options.count // len(by_name):,} {kind}", flush=True)
        os.chdir("/")
    print(f"{wrong} taken otherwise than they should")
    return int(wrong > 0)


def _tell(kind: str, content: bytes, what: str) -> int:
    if what:
        print(f"{kind}: {what[:500]}\n  of {content[:300]!r}")
    return int(bool(what))


if __name__ == "__main__":
    sys.exit(main())
