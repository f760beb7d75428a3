"""What a client sends on a WebSocket, read no further than it is computed."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from starlette.websockets import WebSocket

import seqpipe
from seqpipe_serve.problem import Problem

Samples = npt.NDArray[Any]
Message = dict[str, Any]

FORMATS: Mapping[str, np.dtype[Any]] = {"float32": np.dtype("<f4"), "int16": np.dtype("<i2")}
"""Of binary frames."""


_OVERHEAD = 64
"""Bytes that a frame counts for beside its own, so that those without any have a bound too."""


class Disconnected(Exception):
    """The client is gone."""


class Stopping(Exception):
    """The server ends, and all that came before has been taken."""


class Frames:
    """Reads a WebSocket into a buffer that has a bound; where it is full, the client has to wait.

    Args:
        websocket: that was accepted.
        most: bytes that may wait.
    """

    def __init__(self, websocket: WebSocket, most: int) -> None:
        self._websocket = websocket
        self._most = most
        self._waiting: deque[bytes | str] = deque()
        self._size = 0
        self._is_gone = self._is_stopping = False
        self._changed = asyncio.Event()
        self._room = asyncio.Event()

    async def read(self) -> None:
        """Read until the client is gone."""
        while True:
            message = await self._websocket.receive()
            if message["type"] == "websocket.disconnect":
                self._is_gone = True
                self._changed.set()
                return
            data: bytes | str = message.get("bytes") or message.get("text") or b""
            self._waiting.append(data)
            self._size += _OVERHEAD + len(data)
            self._changed.set()
            while self._size > self._most:
                self._room.clear()
                await self._room.wait()

    def stop(self) -> None:
        """Take nothing more than what has come."""
        self._is_stopping = True
        self._changed.set()

    async def wait(self, seconds: float) -> bool:
        """Wait until something has come, or the client is gone; return whether that was in time."""
        try:
            async with asyncio.timeout(seconds):
                while not (self._waiting or self._is_gone or self._is_stopping):
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return False
        return True

    async def next(self, seconds: float) -> bytes | Message:
        """Return the next message: all binary frames that wait as one, or an object of JSON.

        Raises:
            Disconnected: the client is gone.
            Stopping: the server ends.
            Problem: nothing came in time, or what came is no object.
        """
        if not await self.wait(seconds):
            raise Problem(408, f"nothing came for {seconds:g} seconds", "connect again, and resume")
        if not self._waiting:
            raise Disconnected if self._is_gone else Stopping
        first = self._waiting.popleft()
        frames = [first]
        if isinstance(first, bytes):
            while self._waiting and isinstance(self._waiting[0], bytes):
                frames.append(self._waiting.popleft())
        self._size -= _OVERHEAD * len(frames) + sum(map(len, frames))
        self._room.set()
        return b"".join(frames) if isinstance(first, bytes) else _object(first)  # type: ignore[arg-type]  # all are


def _object(text: str) -> Message:
    try:
        message = seqpipe.parse_json(text)
    except seqpipe.JSONError as error:
        raise Problem(400, error.what, error.todo) from None
    if not isinstance(message, dict):
        raise Problem(400, "a message that is no object", 'send objects, such as {"type": "finish"}')
    return message


def samples_of(frames: bytes, form: str) -> Samples:
    """Return the numbers of binary frames.

    Raises:
        Problem: the last one is cut off, or the client said that it sends JSON.
    """
    if form not in FORMATS:
        raise Problem(400, "a binary frame, and the format is json", 'start with "format": "float32" or "int16"')
    dtype = FORMATS[form]
    if len(frames) % dtype.itemsize:
        raise Problem(400, f"a frame that ends within a number of {dtype.itemsize} bytes", "send whole numbers")
    samples: Samples = np.frombuffer(frames, dtype)
    return samples.astype(dtype.newbyteorder("="))
