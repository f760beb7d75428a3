"""Requests a second for ``text/sentiment``, beside the same network in PyTorch behind FastAPI: ``serve_speed.py``.

Each request has one comment. Clients on the same machine send one after the other, 1 to 128 clients at a time. At
equal p99: the peer's best rate, with whatever p99 that has, and the best rate of seqpipe whose p99 is not above it.
``--peer`` names a Python that has PyTorch, FastAPI and uvicorn[standard], if this one has not.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

import seqpipe
from benchmarks.http_load import Load, load, request

HERE = Path(__file__).parent
CLIENTS = (1, 2, 4, 8, 16, 32, 64, 128)


def free_port() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])


@contextmanager
def running(words: list[str], port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server until the end of the block."""
    process = subprocess.Popen(words)
    try:
        until = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                if time.monotonic() > until or process.poll() is not None:
                    raise
                time.sleep(0.02)
        yield process
    finally:
        process.terminate()
        process.wait(30)


def write_weights(path: Path) -> None:
    """Write the arrays of ``text/sentiment`` and its dictionary for `torch_server.py`."""
    pipeline = seqpipe.load("text/sentiment").pipeline
    arrays = {name.partition(".")[2]: array for name, array in pipeline.parameters.items()}
    vocabulary = pipeline.steps[0].spec.vocabulary or ()
    np.savez(path, vocabulary=np.array(vocabulary), unknown=np.array(vocabulary.index("<unk>")), **arrays)


def measured(port: int, path: str, texts: list[str], seconds: float) -> dict[int, Load]:
    bodies = [json.dumps({"records": [text]}).encode() for text in texts]
    requests = [request(path, body, port) for body in bodies]
    asyncio.run(load(port, requests, 4, 1.0))
    return {clients: asyncio.run(load(port, requests, clients, seconds)) for clients in CLIENTS}


def show(name: str, loads: dict[int, Load]) -> None:
    for clients, each in loads.items():
        bad = {status: count for status, count in each.statuses.items() if status != 200}
        quantiles = " ".join(f"p{share:g} {each.quantile(share / 100):7.2f}" for share in (50, 99))
        print(f"{name:14s} {clients:4d} clients {each.rate:8.0f} requests/s  {quantiles} ms  {bad or ''}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", default=sys.executable, help="a Python with PyTorch, FastAPI and uvicorn[standard]")
    parser.add_argument("--texts", type=Path, default=HERE.parent / "pipelines" / "inputs" / "comments.txt")
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--wait-ms", type=float)
    options = parser.parse_args()
    texts = [line for line in options.texts.read_text("utf-8").splitlines() if line]
    port = free_port()
    words = [sys.executable, "-m", "seqpipe", "serve", "text/sentiment", "--port", str(port), "-q"]
    words += ["--threads", str(options.threads)]
    words += ["--wait-ms", str(options.wait_ms)] if options.wait_ms is not None else []
    with running(words, port):
        own = measured(port, "/v1/text/sentiment", texts, options.seconds)
    show("seqpipe", own)
    peers: list[Load] = []
    with tempfile.TemporaryDirectory() as folder:
        weights = Path(folder) / "weights.npz"
        write_weights(weights)
        for how in ("loop", "pool"):
            port = free_port()
            with running([options.peer, str(HERE / "torch_server.py"), str(weights), str(port), how], port):
                found = measured(port, "/rate", texts, options.seconds)
            show(f"PyTorch, {how}", found)
            peers += found.values()
    best = max(peers, key=lambda each: each.rate)
    p99 = best.quantile(0.99)
    equal = max((each.rate for each in own.values() if each.quantile(0.99) <= p99), default=0.0)
    rates = f"{equal:,.0f} requests/s, PyTorch {best.rate:,.0f}"
    print(f"at a p99 of {p99:.1f} ms or less: {rates}: {equal / best.rate:.2f} times")


if __name__ == "__main__":
    main()
