"""Sequences of many lengths: ``python benchmarks/ragged.py [--json OUT]``.

Lengths are drawn as those of sentences: 20 on average, with a tail to 200. seqpipe packs them, PyTorch takes packed
sequences, ONNX Runtime padded ones with their lengths, as each does it best; packing and padding are part of the time,
since a batch of records comes without. Also the peak memory of a training step, each engine in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fair  # noqa: F401 - before NumPy and the engines
import numpy as np
import onnxruntime
import torch
from cases import COMPARED, Array, Case, Problem
from engines import calls, onnx_model
from report import geometric_mean

from seqpipe.network.packing import Packing

BATCH, MEAN, LONGEST = 128, 20, 200


def sentence_lengths(count: int) -> Array:
    """Return lengths with a log-normal distribution of mean 20, as those of sentences have."""
    drawn = np.random.default_rng(1).lognormal(np.log(MEAN) - 0.36, 0.85, count)
    return np.clip(np.rint(drawn), 1, LONGEST).astype(np.int64)


def ragged_calls(problem: Problem, lengths: Array) -> dict[str, Callable[[], Array]]:
    """Return a function for each engine from flat sequences to flat outputs."""
    case, total = problem.case, int(lengths.sum())
    values = np.random.default_rng(2).standard_normal((total, case.hidden)).astype(np.float32)
    network = case.network
    weights = network.prepare(problem.parameters)
    layer = getattr(torch.nn, case.cell.upper())(case.hidden, case.hidden)
    layer.load_state_dict({name: torch.from_numpy(value) for name, value in problem.parameters.items()})
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        onnx_model(problem, lengths=True).SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    inside = np.arange(lengths.max())[:, None] < lengths

    def seqpipe() -> Array:
        packing = Packing.of(lengths)
        return packing.unpack(network.forward(packing.pack(values), packing, weights)[0])

    def pytorch() -> Array:
        with torch.inference_mode():
            parts = torch.from_numpy(values).split(lengths.tolist())
            packed, _ = layer(torch.nn.utils.rnn.pack_sequence(parts, enforce_sorted=False))
            return torch.cat(torch.nn.utils.rnn.unpack_sequence(packed)).numpy()

    def onnx() -> Array:
        padded = np.zeros((len(lengths), len(inside), case.hidden), np.float32)
        padded[inside.T] = values
        given = {"inputs": np.ascontiguousarray(padded.transpose(1, 0, 2)), "lengths": lengths.astype(np.int32)}
        return session.run(None, given)[0].transpose(1, 0, 2)[inside.T]

    return {"seqpipe": seqpipe, "pytorch": pytorch, "onnxruntime": onnx}


def compare(rounds: int) -> list[dict[str, Any]]:
    """Time all cells and widths; raise AssertionError if the engines disagree."""
    torch.set_num_threads(1)
    lengths, rows = sentence_lengths(BATCH), []
    print(f"{BATCH} sequences, mean {lengths.mean():.1f}, longest {lengths.max()}")
    for cell in COMPARED:
        for hidden in (64, 128, 256, 512):
            made = ragged_calls(Problem(Case(cell, hidden, BATCH, "dense", "forward", 1, 1)), lengths)
            results = {name: call() for name, call in made.items()}
            for found in results.values():
                assert np.abs(found - results["seqpipe"]).max() < 1e-4
            times: dict[str, list[float]] = {name: [] for name in made}
            for _ in range(rounds):
                for name, call in made.items():
                    begin = time.perf_counter()
                    call()
                    times[name].append(time.perf_counter() - begin)
            medians = {name: statistics.median(values) for name, values in times.items()}
            rows.append({"cell": cell, "hidden": hidden, **medians})
            print(f"{cell} {hidden}: " + ", ".join(f"{name} {1e3 * value:.2f} ms" for name, value in medians.items()))
    for peer in ("pytorch", "onnxruntime"):
        print(f"times as fast as {peer}: {geometric_mean(row[peer] / row['seqpipe'] for row in rows):.2f}")
    return rows


def peak_memory(engine: str) -> float:
    """Return by how many MB a training step raises the peak of a new process that has run a small one."""
    return float(subprocess.check_output([sys.executable, __file__, "--step-of", engine], text=True))


def print_memory_of_step(engine: str) -> None:
    def run(hidden: int, steps: int) -> None:
        calls(Problem(Case("lstm", hidden, 32, "dense", "training", 1, steps)))[engine]()

    run(32, 4)
    problem = Problem(Case("lstm", 256, 32, "dense", "training", 1, 200))
    call = calls(problem)[engine]
    Path("/proc/self/clear_refs").write_text("5", "ascii")  # the peak is what is in use now
    before = peak()
    for _ in range(3):
        call()
    print((peak() - before) / 1024)


def peak() -> int:
    """Return the peak of this process's memory in KB, as Linux tells it."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def main() -> None:
    parser = argparse.ArgumentParser(description="sequences of many lengths, and memory")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--step-of", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step_of:
        print_memory_of_step(options.step_of)
        return
    rows = compare(options.rounds)
    memory = {engine: peak_memory(engine) for engine in ("seqpipe", "pytorch")}
    print("peak memory of a training step, LSTM 256, 32 sequences of 200: ", end="")
    print(", ".join(f"{engine} {value:.0f} MB" for engine, value in memory.items()))
    if options.json:
        options.json.write_text(json.dumps({"ragged": rows, "memory_mb": memory}, indent=1), "utf-8")


if __name__ == "__main__":
    main()
