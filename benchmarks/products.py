"""The recurrent product alone, as a share of the machine's limits: ``python benchmarks/products.py [--json OUT]``.

A plain cell with ReLU does little else: at batch 1 it reads all weights at each step, with many rows it multiplies and
adds. Its inputs are ids, whose part is fetched from a small table. The limits are measured in turns with it.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from pathlib import Path
from typing import Any

import fair  # noqa: F401 - before NumPy
import numpy as np
from machine import description

from seqpipe.kernels.machine import Machine
from seqpipe.network.cells import RNN_RELU
from seqpipe.network.packing import Packing
from seqpipe.network.recurrent import Recurrent

TURNS, SECONDS = 41, 1e-3  # a turn is short, so that other processes rarely fall into it
WORDS = 16


def measure(machine: Machine, hidden: int, batch: int) -> dict[str, Any]:
    """Return the rate of a product and its share of the limit: of reading at batch 1, else of multiplying."""
    network, rng = Recurrent(RNN_RELU, WORDS, hidden), np.random.default_rng(hidden + batch)
    scale = hidden**-0.5
    parameters = {
        name: rng.uniform(-scale, scale, shape).astype(np.float32) for name, shape in network.shapes().items()
    }
    weights, size = network.prepare(parameters), 4 * hidden * hidden
    flops = 2 * batch * hidden * hidden
    steps = max(20, int(SECONDS / (flops / 150e9 if batch > 1 else size / 100e9)))
    ids, packing = rng.integers(0, WORDS, steps * batch).astype(np.int32), Packing.of(np.full(batch, steps))
    network.forward(ids, packing, weights)
    rates, limits = [], []
    for _ in range(TURNS):
        limits.append(machine.bandwidth(size) if batch == 1 else machine.peak())
        begin = time.perf_counter()
        network.forward(ids, packing, weights)
        seconds = (time.perf_counter() - begin) / steps
        rates.append(1e-9 * (size if batch == 1 else flops) / seconds)
    rate, limit = statistics.median(rates), statistics.median(limits)
    unit = "GB/s" if batch == 1 else "GFLOP/s"
    return {"hidden": hidden, "batch": batch, "rate": rate, "unit": unit, "limit": limit, "share": rate / limit}


def main() -> None:
    parser = argparse.ArgumentParser(description="the recurrent product as a share of the machine's limits")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    machine, rows = Machine(), []
    print(f"{description()}\n\n| hidden | batch | reached | limit | share |\n|---|---|---|---|---|")
    for batch in (1, 32, 64, 128):
        for hidden in (128, 256, 512):
            row = measure(machine, hidden, batch)
            rows.append(row)
            print(f"| {hidden} | {batch} | {row['rate']:.0f} {row['unit']} | {row['limit']:.0f} | {row['share']:.0%} |")
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1), "utf-8")


if __name__ == "__main__":
    main()
