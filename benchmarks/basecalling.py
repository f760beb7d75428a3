"""Samples that are called in a second on one core: ``python benchmarks/basecalling.py [PIPELINE] --data READS.npz``.

Needs ``benchmarks/requirements.txt``. seqpipe's time is that of the whole command, from reads on disk to FASTQ on
disk, the start of its process and that of its reader too. PyTorch's is that of the same network alone, with the same
weights, in float32 and with ``quantize_dynamic``: chunks that lie ready in memory to logits, without decoding, at the
best of several sizes of a batch. What both networks give is compared first. ont-bonito's network, if it can be
imported, is that of its "fast" models by its own code (96 features, 3 bases of context), with weights at random, for
its own are not on PyPI; it too ends with logits. All take turns, on one core.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import fair  # noqa: F401 - before NumPy and the engines
import numpy as np
import torch
from machine import description
from torch_basecaller import TorchBasecaller

import seqpipe
from seqpipe import Batch, Record

CHUNK = 8000
BATCHES = (4, 16, 64)


def command(pipeline: str, data: Path, settings: list[str], folder: Path) -> Callable[[], None]:
    """Return a run of the whole command."""
    options = [part for setting in settings for part in ("--set", setting)]
    output = folder / "calls.fastq"
    call = [sys.executable, "-m", "seqpipe", "run", pipeline, str(data), "--threads", "1", "-q", "-o", str(output)]

    def run() -> None:
        for path in folder.glob("calls.fastq*"):
            path.unlink()
        subprocess.run([*call, *options], check=True)

    return run


def networks(loaded: seqpipe.Loaded, chunks: np.ndarray, size: int = 16) -> Callable[[], None]:
    """Return a run of seqpipe's networks alone, from frames to logits."""
    steps = loaded.pipeline.steps
    first, end = min(loaded.pipeline.networks), max(loaded.pipeline.networks) + 1
    batches = []
    for begin in range(0, len(chunks), size):
        batch = Batch(tuple(Record(str(index), chunk) for index, chunk in enumerate(chunks[begin : begin + size])))
        for step in steps[:first]:
            batch, _ = step(batch)
        batches.append(batch)

    def run() -> None:
        for frames in batches:
            batch = frames
            for step in steps[first:end]:
                batch, _ = step(batch)

    return run


def network_of(loaded: seqpipe.Loaded) -> TorchBasecaller:
    """Return the network of a pipeline in PyTorch."""
    stages, parameters = loaded.pipeline.stages, loaded.pipeline.parameters
    cores = [index for index, stage in enumerate(stages) if stage.kind == "core"]
    own = [
        {name.partition(".")[2]: array for name, array in parameters.items() if name.startswith(f"{index}.")}
        for index in cores
    ]
    return TorchBasecaller([stages[index] for index in cores], own).eval()


def compare(loaded: seqpipe.Loaded, network: TorchBasecaller, chunk: np.ndarray) -> float:
    """Return the greatest difference of the logits of a chunk, whose greatest is some units."""
    batch = Batch((Record("1", chunk),))
    for step in loaded.pipeline.steps:
        batch, _ = step(batch)
        if step.spec.kind == "logits":
            break
    with torch.inference_mode():
        other = network(torch.tensor(chunk[None]))[0].numpy()
    return float(np.abs(batch.ragged.array - other).max())


def bonito_network() -> torch.nn.Module | None:
    """Return ont-bonito's smallest network, with weights at random; None if it cannot be imported."""
    try:
        from bonito.crf.model import rnn_encoder  # noqa: PLC0415 - optional
    except ImportError:
        return None
    encoder = rnn_encoder(4, 3, stride=5, winlen=19, features=96, activation="swish", scale=5.0, blank_score=2.0)

    class Encoder(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.encoder = encoder

        def forward(self, samples: torch.Tensor) -> torch.Tensor:
            return self.encoder(samples[:, None])

    return Encoder().eval()


def forward(network: torch.nn.Module, chunks: np.ndarray, size: int) -> Callable[[], None]:
    """Return a run of a network over all chunks."""

    def run() -> None:
        with torch.inference_mode():
            for begin in range(0, len(chunks), size):
                network(torch.from_numpy(chunks[begin : begin + size]))

    return run


def seconds(run: Callable[[], None]) -> float:
    """Return how long a run takes."""
    begin = time.perf_counter()
    run()
    return time.perf_counter() - begin


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pipeline", nargs="?", default="dna/basecall")
    parser.add_argument("--data", type=Path, required=True, help="reads, several million samples")
    parser.add_argument("--set", action="append", default=[], help="as for seqpipe, such as model=...")
    parser.add_argument("--chunks", type=int, default=64, help=f"chunks of {CHUNK} samples that PyTorch is timed on")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    torch.set_num_threads(1)
    loaded = seqpipe.load(options.pipeline, settings=[*options.set, "precision=float32"])
    archive = np.load(options.data)
    total = int(archive["signal"].size)
    raw = archive["signal"].reshape(-1)[: options.chunks * CHUNK].astype(np.float32)
    level = np.median(raw)
    signal = (raw - level) / (1.4826 * np.median(np.abs(raw - level)))
    chunks = signal[: len(signal) // CHUNK * CHUNK].reshape(-1, CHUNK)
    network = network_of(loaded)
    print(f"logits differ by {compare(loaded, network, chunks[0]):.1e} at most", file=sys.stderr)
    peers: dict[str, torch.nn.Module] = {"PyTorch float32": network}
    parts = {torch.nn.LSTM, torch.nn.Linear}
    peers["PyTorch int8"] = torch.ao.quantization.quantize_dynamic(network, parts, dtype=torch.qint8)
    if (own := bonito_network()) is not None:
        peers["ont-bonito"] = own
    with tempfile.TemporaryDirectory() as name:
        runs = {}
        for precision in ("float32", "int8"):
            settings = [*options.set, f"precision={precision}"]
            runs[f"seqpipe {precision}, from disk to disk"] = (
                total,
                command(options.pipeline, options.data, settings, Path(name)),
            )
            alone = seqpipe.load(options.pipeline, settings=settings)
            runs[f"seqpipe {precision}, network"] = (chunks.size, networks(alone, chunks))
        for title, peer in peers.items():
            size = min(BATCHES, key=lambda size, peer=peer: seconds(forward(peer, chunks[: max(BATCHES)], size)))
            runs[f"{title}, network, batch {size}"] = (chunks.size, forward(peer, chunks, size))
        times: dict[str, list[float]] = {title: [] for title in runs}
        for number in range(options.rounds):
            for title, (_, run) in runs.items():
                times[title].append(seconds(run))
            print(f"round {number + 1}", file=sys.stderr)
    print(description())
    print(f"{total:,} samples from disk to FASTQ on disk; {chunks.size:,} for networks alone")
    for title, own_times in times.items():
        samples = runs[title][0]
        median, fastest = statistics.median(own_times), min(own_times)
        print(f"{title:38s} {samples / median:11,.0f} samples a second ({samples / fastest:,.0f} in the fastest round)")


if __name__ == "__main__":
    main()
