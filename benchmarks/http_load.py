"""Many clients of an HTTP server, each with a connection on which one request follows the other."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np


@dataclass
class Load:
    """What clients measured.

    Attributes:
        seconds: of each answer.
        statuses: how many answers had each.
        lost: requests that got no answer.
        elapsed: of all.
    """

    seconds: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    lost: int = 0
    elapsed: float = 0.0

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.seconds) / self.elapsed

    def quantile(self, share: float) -> float:
        """Return the milliseconds within which such a share of the answers came."""
        return float(np.quantile(self.seconds, share)) * 1000


def request(path: str, body: bytes, port: int, media_type: str = "application/json") -> bytes:
    """Return a request."""
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: {media_type}\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def load(port: int, requests: Sequence[bytes], clients: int, seconds: float, pause: float = 0.0) -> Load:
    """Let clients send requests for a while.

    Args:
        port: of a server on this machine.
        requests: taken in turns.
        clients: at a time.
        seconds: how long.
        pause: seconds that a client waits before its next request.
    """
    measured = Load()
    begin = time.perf_counter()
    until = begin + seconds
    await asyncio.gather(
        *(_client(port, requests, number, clients, until, pause, measured) for number in range(clients))
    )
    measured.elapsed = time.perf_counter() - begin
    return measured


async def _client(
    port: int, requests: Sequence[bytes], number: int, step: int, until: float, pause: float, measured: Load
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while (begin := time.perf_counter()) < until:
        writer.write(requests[number % len(requests)])
        number += step
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0])
            await reader.readexactly(length)
        except (asyncio.IncompleteReadError, ConnectionError):
            measured.lost += 1
            break
        status = int(head[9:12])
        measured.statuses[status] = measured.statuses.get(status, 0) + 1
        measured.seconds.append(time.perf_counter() - begin)
        if b"\r\nconnection: close\r\n" in head:
            writer.close()
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        if pause:
            await asyncio.sleep(pause)
    writer.close()
