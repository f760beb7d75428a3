"""Weights of bytes, one sequence: ``python benchmarks/int8.py [--quick] [--steps N]``.

seqpipe in int8 and in float32, PyTorch's layers after ``quantize_dynamic``, and ONNX Runtime's LSTM after its own (it
has no such GRU). Needs ``benchmarks/requirements.txt``. All run in one process, on one thread, with the same weights
and inputs, and take turns as in peers.py. ``--steps 1`` is streaming: what a call costs is part of it.
"""

from __future__ import annotations

import argparse
import logging
import math
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import fair  # noqa: F401 - before NumPy and the engines
import numpy as np
import onnx
import onnxruntime
import torch
from cases import Array, Case, Problem
from engines import onnx_model
from machine import description
from onnxruntime.quantization import QuantType, quantize_dynamic
from peers import LEAST_SECONDS, interval, turn

from seqpipe.kernels.integer_dots import integer_dot
from seqpipe.network.packing import Packing

Call = Callable[[], Array]
CELLS, UNITS = ("lstm", "gru", "rnn"), (128, 256, 512)
NEAR = 0.05  # of the largest output: how far results of int8 may be from float32


def seqpipe_call(problem: Problem, *, int8: bool) -> Call:
    """Return seqpipe's call."""
    network, inputs = problem.case.network, np.ascontiguousarray(problem.vectors[:, 0])
    weights, lengths = network.prepare(problem.parameters, int8=int8), [len(inputs)]
    return lambda: network.forward(inputs, Packing.of(lengths), weights)[0]


def torch_call(problem: Problem) -> Call:
    """Return the call of PyTorch's quantized layer."""
    case = problem.case
    layer = {"gru": torch.nn.GRU, "lstm": torch.nn.LSTM}[case.cell](case.hidden, case.hidden)
    layer.load_state_dict({name: torch.from_numpy(value) for name, value in problem.parameters.items()})
    (quantized,) = torch.ao.quantization.quantize_dynamic(torch.nn.Sequential(layer), {type(layer)}, torch.qint8)
    inputs = torch.from_numpy(problem.vectors)

    def call() -> Array:
        torch.set_num_threads(1)
        with torch.inference_mode():
            return quantized(inputs)[0][:, 0].numpy()

    return call


def onnx_call(problem: Problem) -> Call:
    """Return the call of ONNX Runtime's quantized layer.

    ``reduce_range`` keeps its sums from saturating on CPUs without VNNI, where results would be wrong by a third.
    """
    with tempfile.TemporaryDirectory() as folder:
        path, quantized = Path(folder) / "layer.onnx", Path(folder) / "quantized.onnx"
        onnx.save(onnx_model(problem), path)
        quantize_dynamic(path, quantized, weight_type=QuantType.QInt8, reduce_range=True)
        assert "DynamicQuantizeLSTM" in {node.op_type for node in onnx.load(quantized).graph.node}
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        session = onnxruntime.InferenceSession(str(quantized), options, providers=["CPUExecutionProvider"])
    return lambda: session.run(None, {"inputs": problem.vectors})[0][:, 0]


def calls(problem: Problem) -> dict[str, Call]:
    """Return the call of each engine that has the cell in int8, and seqpipe's in float32."""
    made = {"seqpipe": seqpipe_call(problem, int8=True), "float32": seqpipe_call(problem, int8=False)}
    if problem.case.cell != "rnn":
        made["pytorch"] = torch_call(problem)
    if problem.case.cell == "lstm":
        made["onnxruntime"] = onnx_call(problem)
    return made


def measure(case: Case, seconds: float) -> dict[str, list[float]]:
    """Return the seconds of each engine's turns; raise AssertionError if their results are far from float32's."""
    made = calls(Problem(case))
    exact = made["float32"]()
    for name, call in made.items():
        difference = np.abs(call() - exact).max() / np.abs(exact).max()
        assert difference < NEAR, f"{case}: {name} differs by {difference:.3f} of the largest output"
    repeats = {name: max(1, math.ceil(LEAST_SECONDS / turn(call, 1))) for name, call in made.items()}
    times: dict[str, list[float]] = {name: [] for name in made}
    begin = time.perf_counter()
    while len(times["seqpipe"]) < 7 or time.perf_counter() - begin < seconds:
        for name, call in made.items():
            times[name].append(turn(call, repeats[name]))
    return times


def cells_of(times: dict[str, list[float]]) -> str:
    """Return the columns of a row: seqpipe's microseconds and rate, and how many times as long the others take."""
    own = times["seqpipe"]
    found = [f"{1e6 * statistics.median(own):8.0f}"]
    for name in ("float32", "pytorch", "onnxruntime"):
        if name in times:
            ratio, low, high = interval([theirs / ours for theirs, ours in zip(times[name], own, strict=True)])
            found.append(f"{ratio:.2f} ({low:.2f}-{high:.2f})")
        else:
            found.append("-")
    return " | ".join(found)


def main() -> None:
    parser = argparse.ArgumentParser(description="weights in int8, one sequence")
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    parser.add_argument("--steps", type=int, default=100, help="of the sequence, in one call")
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # PyTorch's: what is measured has a successor in another package
    logging.disable(logging.WARNING)  # ONNX Runtime's: of a preparation that changes nothing here
    print(f"{description()}; dot products of bytes: {integer_dot().name}; one sequence of {options.steps} steps\n")
    print("| cell | units | seqpipe int8, us | times as long: seqpipe float32 | PyTorch int8 | ONNX Runtime int8 |")
    print("|---|---|---|---|---|---|")
    for cell in CELLS:
        for units in UNITS:
            case = Case(cell, units, 1, "dense", "forward", 1, options.steps)
            print(f"| {cell} | {units} | {cells_of(measure(case, 0.5 if options.quick else 3.0))} |", flush=True)


if __name__ == "__main__":
    main()
