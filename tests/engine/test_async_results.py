"""Results in programs that use asyncio."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from seqpipe.api import Loaded
from seqpipe.builtin.readers.lines import ReadLines
from seqpipe.errors import RecordError, UsageError
from seqpipe.limits import Limits
from tests.stub_pipeline import stub_pipeline


def loaded(threads: int = 1) -> Loaded:
    return Loaded("shout", stub_pipeline(), ReadLines(), Limits(), threads)


async def shouts(given: Any, **options: Any) -> list[str]:
    return [result["shout"] async for result in loaded().aiterate(given, **options)]


async def said(*texts: str) -> AsyncIterator[str]:
    for text in texts:
        await asyncio.sleep(0.001)
        yield text


def names() -> set[str]:
    return {thread.name for thread in threading.enumerate() if thread.name.startswith("seqpipe")}


async def no_threads() -> bool:
    """Whether no thread of seqpipe's is left after a moment."""
    for _ in range(200):
        if not names():
            return True
        await asyncio.sleep(0.01)
    return False


def test_results_of_iterables_of_both_kinds() -> None:
    texts = ["one", "two", "three"]
    assert asyncio.run(shouts(texts)) == asyncio.run(shouts(said(*texts))) == ["ONE", "TWO", "THREE"]
    assert asyncio.run(shouts(said())) == []


@pytest.mark.parametrize("threads", [1, 2])
def test_the_event_loop_goes_on_and_results_come_one_by_one(threads: int) -> None:
    async def conversation() -> int:
        come, turns = asyncio.Event(), 0

        async def questions() -> AsyncIterator[str]:
            for text in ("slow", "two", "three"):
                yield text
                await asyncio.wait_for(come.wait(), 10)
                come.clear()

        async def tick() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0.01)

        ticking = asyncio.create_task(tick())
        async for _ in loaded(threads).aiterate(questions()):
            come.set()
        ticking.cancel()
        return turns

    assert asyncio.run(conversation()) > 10  # the first record takes 0.3 s


def test_errors_are_raised_or_told() -> None:
    with pytest.raises(RecordError, match="refused"):
        asyncio.run(shouts(said("one", "bad")))
    assert asyncio.run(shouts(said("one", "bad", "three"), on_error="skip")) == ["ONE", "THREE"]

    async def failing() -> AsyncIterator[str]:
        yield "one"
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        asyncio.run(shouts(failing()))


def test_what_can_be_seen_before_is_raised_by_the_call() -> None:
    for given, options in (("one", {}), (["one"], {"on_error": "skipp"})):
        with pytest.raises(UsageError):
            loaded().aiterate(given, **options)


@pytest.mark.parametrize("asynchronous", [True, False])
def test_nothing_goes_on_after_a_cancelled_task(asynchronous: bool) -> None:  # noqa: FBT001 - a parameter of the test
    closed = threading.Event()

    async def silence() -> AsyncIterator[str]:
        yield "one"
        try:
            await asyncio.sleep(1000)
        finally:
            closed.set()

    def slow() -> Iterator[str]:
        yield "one"
        closed.set()
        time.sleep(0.2)
        yield "two"

    async def cancelled() -> float:
        got = asyncio.Event()

        async def listen() -> None:
            async for _ in loaded().aiterate(silence() if asynchronous else slow()):
                got.set()

        task = asyncio.create_task(listen())
        await asyncio.wait_for(got.wait(), 10)
        await asyncio.sleep(0.05)
        begin = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        seconds = time.monotonic() - begin
        assert await no_threads()
        return seconds

    assert asyncio.run(cancelled()) < 1
    assert closed.is_set()


def test_nothing_goes_on_after_a_loop_that_is_left() -> None:
    async def first() -> str:
        results = loaded().aiterate(said(*["text"] * 1000))
        async for result in results:
            await results.aclose()
            assert await no_threads()
            return str(result["id"])
        return ""

    assert asyncio.run(first()) == "1"


def test_a_program_that_does_not_use_asyncio_does_not_import_it() -> None:
    code = "import sys, seqpipe.api; sys.exit('asyncio' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
