"""Let the reader of recordings read sound files with bytes changed: ``python -m benchmarks.run_mutations``.

Each file has to give a record, or a message of one line in seqpipe's own words, within seconds.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from seqpipe import Record, RecordError, SeqpipeError, Source
from seqpipe_audio.recordings import ReadAudio
from tests.mutated_recordings import mutated_recordings

MOST_SECONDS = 10  # of the processor, for a file of a second
FOREIGN = re.compile(r"psf|sndfile|mpg123|pipe\?|internal|errno|exception|object at|error", re.IGNORECASE)
FIGURES = re.compile(r"(?<![A-Z0-9])-?\d[\d.e+-]*")


def outcome_of(content: bytes, path: Path, piece: float | None) -> str:
    """Return "read", what the message says without its figures, or what is wrong, which begins with WRONG."""
    path.write_bytes(content)
    begin = time.process_time()
    try:
        items = list(ReadAudio(piece=piece, longest=1e6).read(Source(str(path))))
    except SeqpipeError as error:
        return f"WRONG: it is raised and not given: {error}"
    except Exception as error:  # noqa: BLE001 - whatever it is
        return f"WRONG: {type(error).__name__}: {error}"
    if time.process_time() - begin > MOST_SECONDS:
        return "WRONG: it takes too long"
    *pieces, last = items
    if not all(isinstance(one, Record) and not one.last for one in pieces):
        return "WRONG: pieces end before the last one"
    if isinstance(last, RecordError):
        said = str(last).removeprefix(f"{path}: ")
        foreign = "\n" in said or FOREIGN.search(said) or not said.endswith(")") or said == str(last)
        return f"WRONG: message: {said}" if foreign else FIGURES.sub("N", said)
    samples = np.concatenate([one.payload for one in items])
    return "read" if np.isfinite(samples).all() else "WRONG: samples are not finite"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    outcomes: Counter[str] = Counter()
    with TemporaryDirectory() as folder:
        path = Path(folder, "recording")
        for name, content in mutated_recordings(options.files, options.seed):
            for piece in (None, 0.3):
                outcome = outcome_of(content, path, piece)
                outcomes[outcome] += 1
                if outcome.startswith("WRONG"):
                    print(f"{name}, piece {piece}: {outcome}", flush=True)
    for outcome, count in outcomes.most_common():
        print(f"{count:6d}  {outcome}")
    return int(any(outcome.startswith("WRONG") for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main())
