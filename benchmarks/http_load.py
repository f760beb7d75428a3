"""Many clients of an HTTP server, each with a connection on which one request follows the other."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import uvloop


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


def run_load(port: int, requests: Sequence[bytes], clients: int, seconds: float, pause: float = 0.0) -> Load:
    """Let clients send requests for a while, in a loop that costs as little as it can.

    Args:
        port: of a server on this machine.
        requests: taken in turns.
        clients: at a time.
        seconds: how long.
        pause: seconds that a client waits before its next request.
    """
    return uvloop.run(load(port, requests, clients, seconds, pause))


async def load(port: int, requests: Sequence[bytes], clients: int, seconds: float, pause: float = 0.0) -> Load:
    """As `run_load`, in a loop that runs."""
    measured = Load()
    loop = asyncio.get_running_loop()
    begin = time.perf_counter()
    all_of_them = [
        _Client(port, requests, number, clients, begin + seconds, pause, measured) for number in range(clients)
    ]
    for client in all_of_them:
        await loop.create_connection(lambda client=client: client, "127.0.0.1", port)  # type: ignore[misc]
    await asyncio.gather(*(client.ended for client in all_of_them))
    measured.elapsed = time.perf_counter() - begin
    return measured


class _Client(asyncio.Protocol):
    """A client: sends a request when the answer to the one before is whole."""

    def __init__(
        self, port: int, requests: Sequence[bytes], number: int, step: int, until: float, pause: float, measured: Load
    ) -> None:
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._port, self._requests, self._number, self._step = port, requests, number, step
        self._until, self._pause, self._measured = until, pause, measured
        self._held = b""
        self._whole = 0  # bytes of the answer, once its head is there
        self._closes = False
        self._begin = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._closes and not self.ended.done():
            self._measured.lost += 1
            self.ended.set_result(None)

    def data_received(self, data: bytes) -> None:
        self._held += data
        if not self._whole and (end := self._held.find(b"\r\n\r\n")) >= 0:
            head = self._held[: end + 2].lower()
            self._whole = end + 4 + int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0])
            self._closes = b"\r\nconnection: close\r\n" in head
        if self._whole and len(self._held) >= self._whole:
            self._answered()

    def _send(self) -> None:
        now = time.perf_counter()
        if now >= self._until:
            self._closes = True
            self._transport.close()
            self.ended.set_result(None)
            return
        self._begin = now
        self._transport.write(self._requests[self._number % len(self._requests)])  # type: ignore[attr-defined]
        self._number += self._step

    def _answered(self) -> None:
        status = int(self._held[9:12])
        self._measured.statuses[status] = self._measured.statuses.get(status, 0) + 1
        self._measured.seconds.append(time.perf_counter() - self._begin)
        self._held, self._whole = b"", 0
        loop = asyncio.get_running_loop()
        if self._closes:
            self._transport.close()
            loop.call_later(self._pause, lambda: loop.create_task(self._connect()))
        elif self._pause:
            loop.call_later(self._pause, self._send)
        else:
            self._send()

    async def _connect(self) -> None:
        self._closes = False
        await asyncio.get_running_loop().create_connection(lambda: self, "127.0.0.1", self._port)
