"""What comes on a WebSocket is read no further than it is computed."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np
import pytest

from seqpipe_serve.frames import Disconnected, Frames, samples_of
from seqpipe_serve.problem import Problem


class Client:
    """Gives messages as a WebSocket does, and then is gone, or stays silent."""

    def __init__(self, messages: list[bytes | str], *, stays: bool = False) -> None:
        self.messages = messages
        self.stays = stays
        self.read = 0

    async def receive(self) -> dict[str, Any]:
        if self.read == len(self.messages):
            if self.stays:
                await asyncio.Event().wait()
            return {"type": "websocket.disconnect", "code": 1006}
        message = self.messages[self.read]
        self.read += 1
        return {"type": "websocket.receive", "bytes" if isinstance(message, bytes) else "text": message}


def reading(client: Client, most: int = 1000) -> tuple[Frames, asyncio.Task[None]]:
    frames = Frames(client, most)  # type: ignore[arg-type]  # does what is needed
    return frames, asyncio.create_task(frames.read())


def test_frames_that_wait_are_one_piece() -> None:
    async def tried() -> None:
        frames, _ = reading(Client([b"ab", b"c", '{"type": "x"}', b"d", b""]))
        await asyncio.sleep(0)
        assert [await frames.next(1) for _ in range(3)] == [b"abc", {"type": "x"}, b"d"]
        with pytest.raises(Disconnected):
            await frames.next(1)

    asyncio.run(tried())


def test_a_client_that_is_too_fast_has_to_wait() -> None:
    async def tried() -> None:
        client = Client([bytes(40)] * 50, stays=True)
        frames, task = reading(client, most=300)
        for taken in range(0, 48, 3):
            await asyncio.sleep(0.001)
            assert client.read == taken + 3  # each counts for 104
            assert len(await frames.next(1)) == 120  # type: ignore[arg-type]  # bytes
        task.cancel()

    asyncio.run(tried())


def test_frames_without_a_byte_have_a_bound() -> None:
    async def tried() -> None:
        client = Client([b""] * 5000, stays=True)
        _, task = reading(client, most=6400)
        await asyncio.sleep(0.01)
        assert client.read == 101
        task.cancel()

    asyncio.run(tried())


def test_a_client_that_is_silent_and_one_that_sends_nonsense() -> None:
    async def tried() -> None:
        frames, task = reading(Client(["[]", "{"], stays=True))
        for what in ("a message that is no object", "not JSON", "nothing came for 0.01 seconds"):
            with pytest.raises(Problem, match=what):
                await frames.next(0.01)
        assert not await frames.wait(0.01)
        task.cancel()

    asyncio.run(tried())


def test_numbers() -> None:
    assert samples_of(b"\1\0\xff\xff", "int16").tolist() == [1, -1]
    floats = samples_of(b"\0\0\x80\x3f", "float32")
    assert (floats.tolist(), floats.dtype, floats.dtype.isnative) == ([1.0], np.float32, True)
    with pytest.raises(Problem, match="a frame that ends within a number of 4 bytes"):
        samples_of(b"\0\0\x80", "float32")
