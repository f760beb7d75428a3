"""What one call of a loaded pipeline costs: ``python benchmarks/calls.py [NAME] [--threads N]``.

The texts are short, so what is measured is mostly what each call costs whatever it computes. A call that comes seldom
finds the caches cold, which takes longer: the second figure is of calls between which 8 MB of other memory was read.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import time

import numpy as np
from machine import description

import seqpipe

COMMENTS = (
    "A fine film.",
    "I did not like it much.",
    "Great acting, poor script.",
    "Boring.",
    "One of the best this year.",
    "It drags.",
    "Wonderful music and a moving end.",
    "Never again.",
)
WARM_POSITIONS = 20_000  # the tables of what each word adds are then made (`seqpipe.network.kernel_inputs.Tables`)


def main() -> None:
    parser = argparse.ArgumentParser(description="what one call of a loaded pipeline costs")
    parser.add_argument("name", nargs="?", default="text/sentiment", help="a pipeline that takes texts")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--calls", type=int, default=2000)
    options = parser.parse_args()
    call = seqpipe.load(options.name, threads=options.threads)
    call(list(itertools.islice(itertools.cycle(COMMENTS), WARM_POSITIONS // 4)))
    print(f"{options.name}, {options.threads} threads; {description()}")
    for texts in (1, 16, 256):
        payloads = list(itertools.islice(itertools.cycle(COMMENTS), texts))
        warm, cold = (microseconds(call, payloads, options.calls, spoiled) for spoiled in (0, 1 << 23))
        print(f"{texts:4} texts: {warm:7.0f} µs, {cold:7.0f} µs with cold caches, {warm / texts:6.1f} µs a text")


def microseconds(call: seqpipe.Loaded, payloads: list[str], calls: int, spoiled: int) -> float:
    """Return the median time of a call, before each of which so many bytes of other memory are read."""
    other = np.ones(spoiled, np.uint8)
    times = []
    for _ in range(max(20, calls // len(payloads))):
        other.sum()
        begin = time.perf_counter()
        call(payloads)
        times.append(time.perf_counter() - begin)
    return 1e6 * statistics.median(times)


if __name__ == "__main__":
    main()
