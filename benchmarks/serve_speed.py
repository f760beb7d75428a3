"""Requests a second for ``text/sentiment``, beside the same network in PyTorch behind FastAPI: ``serve_speed.py``.

Each request has one comment, of 60 words at most; ``--reviews`` adds longer ones. Clients on the same machine send one
after the other, 1 to 64 clients at a time; the servers take turns, and of several rounds the medians count. At equal
p99: for some bounds of it, the best rate that does not exceed it. ``--peer`` names a Python that has PyTorch, FastAPI
and uvicorn[standard], if this one has not.
"""

from __future__ import annotations

import argparse
import json
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import seqpipe
from benchmarks.http_load import Load, request, run_load
from benchmarks.machine import description

HERE = Path(__file__).parent
PEERS = {f"PyTorch, {how}": how for how in ("loop", "pool", "two")}
"""What `torch_server.py` calls each way to use two threads."""
MOST_WORDS = 60
BOUNDS = (5, 10, 20, 50, 100)
"""Milliseconds."""
CLIENTS = (1, 4, 8, 16, 32, 64)


def free_port() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])


def started(words: list[str], port: int) -> subprocess.Popen[bytes]:
    """Start a server, and return when it listens."""
    process = subprocess.Popen(words)
    until = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            if time.monotonic() > until or process.poll() is not None:
                process.kill()
                raise
            time.sleep(0.01)
        else:
            return process


@contextmanager
def running(words: list[str], port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server until the end of the block."""
    process = started(words, port)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(60)


def write_weights(path: Path) -> None:
    """Write the arrays of ``text/sentiment`` and its dictionary for `torch_server.py`."""
    pipeline = seqpipe.load("text/sentiment").pipeline
    arrays = {name.partition(".")[2]: array for name, array in pipeline.parameters.items()}
    vocabulary = pipeline.steps[0].spec.vocabulary or ()
    np.savez(path, vocabulary=np.array(vocabulary), unknown=np.array(vocabulary.index("<unk>")), **arrays)


@dataclass(frozen=True)
class Figures:
    """Of a server with so many clients, medians over rounds: answers a second, and milliseconds of an answer."""

    rate: float
    p50: float
    p99: float

    @classmethod
    def of(cls, rounds: list[Load]) -> Figures:
        """Return the medians."""
        return cls(
            *(
                statistics.median(values)
                for values in zip(
                    *((each.rate, each.quantile(0.5), each.quantile(0.99)) for each in rounds), strict=True
                )
            )
        )


def measured(
    servers: dict[str, tuple[int, str]], texts: list[str], rounds: int, seconds: float
) -> dict[str, dict[int, Figures]]:
    bodies = [json.dumps({"records": [text]}).encode() for text in texts]
    requests = {name: [request(path, body, port) for body in bodies] for name, (port, path) in servers.items()}
    loads: dict[tuple[str, int], list[Load]] = {}
    for name, (port, _) in servers.items():
        run_load(port, requests[name], 4, 1.0)
    for _ in range(rounds):
        for clients in CLIENTS:
            for name, (port, _) in servers.items():
                found = run_load(port, requests[name], clients, seconds)
                assert set(found.statuses) == {200}, found.statuses
                assert not found.lost
                loads.setdefault((name, clients), []).append(found)
    return {name: {clients: Figures.of(loads[name, clients]) for clients in CLIENTS} for name in servers}


def show(name: str, figures: dict[int, Figures]) -> None:
    for clients, each in figures.items():
        times = f"p50 {each.p50:7.2f} ms  p99 {each.p99:7.2f} ms"
        print(f"{name:14s} {clients:4d} clients {each.rate:8.0f} requests/s  {times}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", default=sys.executable, help="a Python with PyTorch, FastAPI and uvicorn[standard]")
    parser.add_argument("--texts", type=Path, default=HERE.parent / "pipelines" / "inputs" / "comments.txt")
    parser.add_argument("--reviews", action="store_true", help="longer texts, too")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--wait-ms", type=float, default=2.0)
    options = parser.parse_args()
    lines = options.texts.read_text("utf-8").splitlines()
    texts = [line for line in lines if line and (options.reviews or len(line.split()) <= MOST_WORDS)]
    ports = {name: free_port() for name in ("seqpipe", *PEERS)}
    words = [sys.executable, "-m", "seqpipe", "serve", "text/sentiment", "--port", str(ports["seqpipe"]), "-q"]
    words += ["--threads", str(options.threads), "--wait-ms", str(options.wait_ms)]
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        weights = Path(folder) / "weights.npz"
        write_weights(weights)
        stack.enter_context(running(words, ports["seqpipe"]))
        for name, how in PEERS.items():
            port = ports[name]
            stack.enter_context(
                running([options.peer, str(HERE / "torch_server.py"), str(weights), str(port), how], port)
            )
        paths = {name: "/v1/text/sentiment" if name == "seqpipe" else "/rate" for name in ports}
        servers = {name: (port, paths[name]) for name, port in ports.items()}
        found = measured(servers, texts, options.rounds, options.seconds)
    words = sum(len(text.split()) for text in texts) / len(texts)
    print(f"{description()}; {len(texts)} comments of {words:.1f} words")
    for name, figures in found.items():
        show(name, figures)
    peers = [each for name in found if name != "seqpipe" for each in found[name].values()]
    for bound in BOUNDS:
        own, best = (
            max((each.rate for each in figures if each.p99 <= bound), default=0.0)
            for figures in (found["seqpipe"].values(), peers)
        )
        times = f"{own / best:.2f} times" if best else ""
        print(f"p99 of {bound:3d} ms at most: seqpipe {own:6,.0f} requests/s, PyTorch {best:6,.0f}  {times}")


if __name__ == "__main__":
    main()
