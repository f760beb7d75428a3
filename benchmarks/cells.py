"""Every cell at batch 1, beside the GRU: ``python benchmarks/cells.py [--hidden 256] [--steps 1000]``.

One layer, forward, float32, one thread; dense inputs as wide as the layer, and words, whose part of the sums stands in
a table. The cells are timed in turns.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

import fair  # noqa: F401 - before NumPy
import numpy as np
from machine import description

from seqpipe.network.cell import Cell
from seqpipe.network.cells import CELLS
from seqpipe.network.packing import Packing
from seqpipe.network.recurrent import Recurrent

TURNS = 21


def main() -> None:
    parser = argparse.ArgumentParser(description="the time of a step of every cell")
    parser.add_argument("--hidden", type=int, default=256)
    parser.add_argument("--steps", type=int, default=1000)
    options = parser.parse_args()
    rng, packing = np.random.default_rng(1), Packing.of([options.steps])
    inputs = {
        "dense": rng.standard_normal((options.steps, options.hidden)).astype(np.float32),
        "words": rng.integers(0, options.hidden, options.steps).astype(np.int32),
    }
    print(f"{description()}\n\n| cell | inputs | microseconds a step | times as fast as the GRU |\n|---|---|---|---|")
    for kind, values in inputs.items():
        found = seconds({name: call(cell, values, packing, options.hidden) for name, cell in CELLS.items()})
        for name, whole in found.items():
            print(f"| {name} | {kind} | {1e6 * whole / options.steps:.2f} | {found['gru'] / whole:.1f} |")


def call(cell: Cell, values: Any, packing: Packing, hidden: int) -> Callable[[], object]:
    """Return a function that runs a layer of the cell once over the values."""
    network, rng, scale = Recurrent(cell, hidden, hidden), np.random.default_rng(1), hidden**-0.5
    shapes = network.shapes()
    weights = network.prepare({n: rng.uniform(-scale, scale, shape).astype(np.float32) for n, shape in shapes.items()})
    return lambda: network.forward(values, packing, weights)


def seconds(calls: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Return the median time of each call, after one that compiles and makes tables."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for turn in range(TURNS + 1):
        for name, run in calls.items():
            begin = time.perf_counter()
            run()
            if turn:
                times[name].append(time.perf_counter() - begin)
    return {name: statistics.median(values) for name, values in times.items()}


if __name__ == "__main__":
    main()
