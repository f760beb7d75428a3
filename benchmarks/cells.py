"""Every cell at batch 1, beside the GRU: ``python benchmarks/cells.py [--hidden 256] [--steps 1000]``.

One layer, forward, dense inputs as wide as the layer, float32, one thread. The cells are timed in turns.
"""

from __future__ import annotations

import argparse
import statistics
import time

import fair  # noqa: F401 - before NumPy
import numpy as np
from machine import description

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
    inputs = rng.standard_normal((options.steps, options.hidden)).astype(np.float32)
    networks = {name: Recurrent(cell, options.hidden, options.hidden) for name, cell in CELLS.items()}
    scale, weights = options.hidden**-0.5, {}
    for name, network in networks.items():
        shapes = network.shapes()
        drawn = {own: rng.uniform(-scale, scale, shape).astype(np.float32) for own, shape in shapes.items()}
        weights[name] = network.prepare(drawn)
        network.forward(inputs, packing, weights[name])
    times: dict[str, list[float]] = {name: [] for name in networks}
    for _ in range(TURNS):
        for name, network in networks.items():
            begin = time.perf_counter()
            network.forward(inputs, packing, weights[name])
            times[name].append((time.perf_counter() - begin) / options.steps)
    median = {name: statistics.median(found) for name, found in times.items()}
    print(f"{description()}\n\n| cell | microseconds a step | times as fast as the GRU |\n|---|---|---|")
    for name, seconds in median.items():
        print(f"| {name} | {1e6 * seconds:.2f} | {median['gru'] / seconds:.1f} |")


if __name__ == "__main__":
    main()
