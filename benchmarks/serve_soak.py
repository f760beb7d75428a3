"""A server at 80 % of what it can, for long: ``serve_soak.py [--seconds 600]``. Memory and open files stay as they are.

Requests are of all kinds: single records and many, files that are read in a child process, bad ones, and clients that
go away in the middle. What the server can do is measured first.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import uvloop

from benchmarks.http_load import load, request
from benchmarks.serve_speed import free_port, running

INPUTS = Path(__file__).parents[1] / "pipelines" / "inputs"
CLIENTS = 16
SHARE = 0.8
WARM = 0.2
"""The share of the time after which memory and files are looked at for the first time."""


def requests_of_all_kinds(port: int) -> list[bytes]:
    """Return requests, most of them for single comments."""
    texts = [line for line in (INPUTS / "comments.txt").read_text("utf-8").splitlines() if line]
    single = [request("/v1/text/sentiment", json.dumps({"record": text}).encode(), port) for text in texts * 2]
    many = [request("/v1/text/sentiment", json.dumps({"records": texts}).encode(), port)] * 3
    sound = [request("/v1/audio/speech-digits", (INPUTS / "digits.flac").read_bytes(), port, "audio/flac")]
    bad = [
        request("/v1/text/sentiment", b'{"record": 5}', port),
        request("/v1/text/sentiment", b"{", port),
        request("/v1/nothing", b"{}", port),
        request("/v1/audio/speech-digits", b"RIFF", port, "audio/wav"),
    ]
    mixed = [*single, *many, *sound, *bad]
    random.Random(1).shuffle(mixed)
    return mixed


async def go_away(port: int, requests: Sequence[bytes], until: float) -> None:
    """Send half of a request, or take half of an answer, again and again."""
    chance = random.Random(2)
    while time.perf_counter() < until:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        whole = chance.choice(requests)
        writer.write(whole[: chance.randrange(len(whole) + 1)])
        await asyncio.sleep(0.05)
        writer.transport.abort()


def memory(pid: int) -> float:
    """Return the megabytes of memory that a process has."""
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))) / 1000


def open_files(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


async def soak(port: int, pid: int, seconds: float) -> int:
    """Return 1 if memory or open files grew, or an answer was missing."""
    requests = requests_of_all_kinds(port)
    await load(port, requests, CLIENTS, 2.0)
    full = await load(port, requests, CLIENTS, min(10.0, seconds / 10))
    pause = CLIENTS / full.rate * (1 - SHARE) / SHARE
    print(f"at full load {full.rate:.0f} requests/s; at {SHARE:.0%} each client waits {pause * 1000:.1f} ms")
    until = time.perf_counter() + seconds
    leaving = asyncio.create_task(go_away(port, requests, until))
    lost, statuses = full.lost, dict(full.statuses)
    parts = 20
    figures: list[tuple[float, int]] = []
    for part in range(parts):
        found = await load(port, requests, CLIENTS, seconds / parts, pause)
        lost += found.lost
        for status, count in found.statuses.items():
            statuses[status] = statuses.get(status, 0) + count
        figures.append((memory(pid), open_files(pid)))
        times = f"{found.rate:6.0f} requests/s, p99 {found.quantile(0.99):6.1f} ms"
        print(
            f"{(part + 1) * seconds / parts:6.0f} s: {times}, {figures[-1][0]:.0f} MB, {figures[-1][1]} files",
            flush=True,
        )
    await leaving
    warm = figures[int(parts * WARM) :]
    grown = max(each for each, _ in warm) / warm[0][0] - 1
    files = max(each for _, each in warm) - warm[0][1]
    print(f"statuses {statuses}, {lost} lost; since warm memory {grown:+.1%}, {files:+d} files")
    return 1 if lost or grown > 0.1 or files > CLIENTS or statuses.get(500) else 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600.0)
    options = parser.parse_args()
    port = free_port()
    names = ["text/sentiment", "audio/speech-digits"]
    with running([sys.executable, "-m", "seqpipe", "serve", *names, "--port", str(port)], port) as process:
        sys.exit(uvloop.run(soak(port, process.pid, options.seconds)))


if __name__ == "__main__":
    main()
