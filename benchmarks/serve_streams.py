"""How many people may speak at a time to ``seqpipe serve audio/speech-stream``: ``python -m benchmarks.serve_streams``.

Each client sends the shipped recording of digits over and over, in pieces of a tenth of a second, as fast as it was
spoken and none in step with another. Prints how long after the piece in which a word becomes known its result comes,
whether all words are those of the whole, how much of the CPUs the server takes, and what an idle session takes. The
clients are a process on the same machine, and take their share of it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from websockets.asyncio.client import ClientConnection, connect

import seqpipe
from benchmarks.serve_speed import free_port, running

NAME = "audio/speech-stream"
RATE = 8000
PIECE = 800
"""Samples: a tenth of a second."""


def known_after(samples: np.ndarray) -> tuple[list[str], list[int]]:
    """Return the words of a recording, and after which piece each is known."""
    session = seqpipe.load(NAME).session()
    words, pieces = [], []
    for number, begin in enumerate(range(0, len(samples), PIECE)):
        for result in session.feed(samples[begin : begin + PIECE]):
            words.append(result["word"])
            pieces.append(number)
    return words, pieces


class Speaker:
    """A client that sends a recording and notes when results come.

    Args:
        samples: int16.
        begin: when its first piece is spoken, by `time.perf_counter`.
    """

    def __init__(self, samples: np.ndarray, begin: float) -> None:
        self.frames = [samples[place : place + PIECE].tobytes() for place in range(0, len(samples), PIECE)]
        self.begin = begin
        self.words: list[str] = []
        self.came: list[float] = []
        self.late = 0.0

    def spoken(self, number: int) -> float:
        """Return when a piece has been spoken."""
        return self.begin + (number + 1) * PIECE / RATE

    async def run(self, port: int) -> None:
        """Speak."""
        url = f"ws://127.0.0.1:{port}/v1/{NAME}/stream"
        async with connect(url, compression=None) as client:
            await client.send(json.dumps({"type": "start", "format": "int16"}))
            await client.recv()
            hearing = asyncio.create_task(self._hear(client))
            for number, frame in enumerate(self.frames):
                await asyncio.sleep(self.spoken(number) - time.perf_counter())
                self.late = max(self.late, time.perf_counter() - self.spoken(number))
                await client.send(frame)
            await client.send(json.dumps({"type": "finish"}))
            await hearing

    async def _hear(self, client: ClientConnection) -> None:
        async for message in client:
            result = json.loads(message)
            if result["type"] == "result":
                self.words.append(result["word"])
                self.came.append(time.perf_counter())


def cpu_seconds(process: int) -> float:
    """Return how long a process has computed."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def speak(speakers: Sequence[Speaker], port: int) -> None:
    """Let all speak."""
    await asyncio.gather(*(speaker.run(port) for speaker in speakers))


def memory(process: int) -> int:
    """Return the bytes of memory that a process has."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def idle_bytes(samples: np.ndarray, port: int, process: int, rounds: int = 25) -> float:
    """Return what the server's memory grows by for a session whose client is gone after two seconds of speech."""

    async def cut_off() -> None:
        async with connect(f"ws://127.0.0.1:{port}/v1/{NAME}/stream", compression=None) as client:
            await client.send(json.dumps({"type": "start", "format": "int16"}))
            await client.recv()
            await client.send(samples[: 2 * RATE].tobytes())
            await client.recv()  # the first word

    at_a_time, before = 20, 0
    for number in range(rounds + 10):
        if number == 10:  # what is needed once is there
            before = memory(process)
        await asyncio.gather(*(cut_off() for _ in range(at_a_time)))
    return (memory(process) - before) / (rounds * at_a_time)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--streams", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=20, help="that each speaks")
    parser.add_argument("--threads", type=int, default=2, help="of the server")
    parser.add_argument("--wait-ms", type=float, default=1, help="of the server")
    options = parser.parse_args()
    (path,) = seqpipe.load(NAME).profile.inputs
    once = np.fromfile(path, "<i2")
    samples = np.tile(once, -(-int(options.seconds * RATE) // len(once)))[: int(options.seconds * RATE)]
    words, pieces = known_after(samples)
    port = free_port()
    command = [sys.executable, "-m", "seqpipe", "serve", NAME, "--port", str(port)]
    command += ["--threads", str(options.threads), "--wait-ms", str(options.wait_ms)]
    with running(command, port) as server:
        idle = asyncio.run(idle_bytes(once, port, server.pid))
        begin = time.perf_counter() + 2  # until all are connected
        phases = np.random.default_rng(7).uniform(0, PIECE / RATE, options.streams)
        speakers = [Speaker(samples, begin + phase) for phase in phases.tolist()]
        before, own = cpu_seconds(server.pid), time.process_time()
        asyncio.run(speak(speakers, port))
        seconds = time.perf_counter() - begin
        used, own = cpu_seconds(server.pid) - before, time.process_time() - own
    delays = np.array(
        [
            came - speaker.spoken(number)
            for speaker in speakers
            for came, number in zip(speaker.came, pieces, strict=False)
        ]
    )
    right = sum(speaker.words[: len(words)] == words for speaker in speakers)
    p50, p99 = np.quantile(delays, (0.5, 0.99))
    print(f"{options.streams} streams of {options.seconds:g} s, all over after {seconds:.1f} s")
    print(f"words as of the whole: {right} of {options.streams} streams")
    print(f"delay after the piece that ends a word: median {1000 * p50:.0f} ms, p99 {1000 * p99:.0f} ms")
    late = max(speaker.late for speaker in speakers)
    print(f"server: {used / seconds:.2f} CPUs; clients: {own / seconds:.2f} CPUs, late by {1000 * late:.0f} ms at most")
    print(f"an idle session: {idle / 1000:.1f} kB of the server's memory")


if __name__ == "__main__":
    main()
