"""Records of many requests, computed together: the same results as alone, bit for bit, and not too many at a time."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any

import numpy as np
import pytest

import seqpipe
from seqpipe_serve.batcher import MOST_ROWS, Batcher, Workers
from seqpipe_serve.problem import Problem


@pytest.fixture(scope="module")
def sentiment() -> seqpipe.Loaded:
    return seqpipe.load("text/sentiment")


@pytest.fixture(scope="module")
def speech() -> seqpipe.Loaded:
    return seqpipe.load("audio/speech-stream")


class Slow:
    """A pipeline that notes the sizes of its batches, and waits until it may go on."""

    def __init__(self, pipeline: seqpipe.Pipeline) -> None:
        self.pipeline = pipeline
        self.sizes: list[int] = []
        self.has_begun = threading.Event()
        self.may_go_on = threading.Event()

    def __call__(self, batch: seqpipe.Batch, states: Any = None) -> Any:
        self.sizes.append(len(batch.records))
        self.has_begun.set()
        assert self.may_go_on.wait(20)
        return self.pipeline(batch, states)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.pipeline, name)


def run(pipeline: Any, work: Callable[[Batcher], Coroutine[Any, Any, Any]], threads: int = 1, **options: Any) -> Any:
    """Return what some work with a batcher returns."""

    async def working() -> Any:
        workers = Workers(threads, options.pop("wait", 0.001), **options)
        try:
            return await work(workers.batcher(pipeline))
        finally:
            workers.close()

    return asyncio.run(working())


def results(record: seqpipe.Record, row: Any) -> list[dict[str, Any]]:
    return [seqpipe.output_fields(result) for result in seqpipe.results_of(record, row.outcome)]


def test_results_under_load_are_those_of_a_call_bit_for_bit(sentiment):
    chance = random.Random(1)
    words = "a film that never once raises its voice dull fine long good bad not very .".split()
    texts = [" ".join(chance.choices(words, k=chance.randint(0, 60))) for _ in range(700)]
    records = [sentiment.reader.record(text, position) for position, text in enumerate(texts, 1)]

    async def ask(batcher: Batcher) -> list[Any]:
        async def client(record: seqpipe.Record, delay: float) -> Any:
            await asyncio.sleep(delay)
            return await batcher.submit(record)

        return await asyncio.gather(*(client(record, chance.random()) for record in records))

    rows = run(sentiment.pipeline, ask, threads=2)
    assert [result for pair in zip(records, rows, strict=True) for result in results(*pair)] == sentiment(texts)


def test_pieces_of_many_sessions_and_whole_records_do_not_mix(speech, inputs):
    samples = np.fromfile(inputs / "digits.raw", "<i2").astype(np.float32) / 32768
    (expected,) = [[result["word"] for result in speech([samples])]]

    async def session(batcher: Batcher, name: str, size: int) -> list[str]:
        words, carried = [], None
        for begin in range(0, len(samples), size):
            last = begin + size >= len(samples)
            piece = seqpipe.Record(name, samples[begin : begin + size], last=last)
            row = await batcher.submit(piece, carried)
            carried = row.carried
            words += [result["word"] for result in results(piece, row)]
        assert carried is None
        return words

    async def ask(batcher: Batcher) -> list[list[str]]:
        sizes = [400, 800, 801, 3000, 10_000, len(samples)]
        return await asyncio.gather(*(session(batcher, str(size), size) for size in sizes))

    assert run(speech.pipeline, ask, threads=2) == [expected] * 6


def test_what_waits_is_computed_together(sentiment):
    slow = Slow(sentiment.pipeline)

    async def ask(batcher: Batcher) -> None:
        record = sentiment.reader.record("A fine film.", 1)
        first = batcher.submit(record)
        await asyncio.to_thread(slow.has_begun.wait)
        others = [batcher.submit(record) for _ in range(MOST_ROWS + 10)]
        slow.may_go_on.set()
        await asyncio.gather(first, *others)

    run(slow, ask)
    assert slow.sizes == [1, MOST_ROWS, 10]


def test_long_records_do_not_share_a_batch_with_many(sentiment):
    slow = Slow(sentiment.pipeline)
    slow.may_go_on.set()

    async def ask(batcher: Batcher) -> None:
        record = sentiment.reader.record("a " * 15_000, 1)
        await asyncio.gather(*(batcher.submit(record) for _ in range(5)))

    run(slow, ask)
    assert slow.sizes == [2, 2, 1]


def test_a_record_waits_for_others_no_longer_than_it_may(sentiment):
    slow = Slow(sentiment.pipeline)

    async def ask(batcher: Batcher) -> float:
        record = sentiment.reader.record("A fine film.", 1)
        first = batcher.submit(record)
        await asyncio.to_thread(slow.has_begun.wait)
        slow.has_begun.clear()
        begin = time.monotonic()
        second = batcher.submit(record)
        await asyncio.to_thread(slow.has_begun.wait)
        waited = time.monotonic() - begin
        slow.may_go_on.set()
        await asyncio.gather(first, second)
        return waited

    assert 0.2 <= run(slow, ask, threads=2, wait=0.2) < 5


def test_a_record_does_not_wait_where_nothing_else_is_computed(sentiment):
    async def ask(batcher: Batcher) -> None:
        await asyncio.wait_for(batcher.submit(sentiment.reader.record("A fine film.", 1)), 20)

    run(sentiment.pipeline, ask, wait=1000)


def test_what_nobody_wants_any_more_is_not_computed(sentiment):
    slow = Slow(sentiment.pipeline)

    async def ask(batcher: Batcher) -> None:
        record = sentiment.reader.record("A fine film.", 1)
        first = batcher.submit(record)
        await asyncio.to_thread(slow.has_begun.wait)
        unwanted = [batcher.submit(record) for _ in range(10)]
        wanted = batcher.submit(record)
        for future in [*unwanted, first]:
            future.cancel()
        slow.may_go_on.set()
        await wanted

    run(slow, ask)
    assert slow.sizes == [1, 1]


def test_a_bad_record_does_not_harm_its_batch(sentiment):
    async def ask(batcher: Batcher) -> list[Any]:
        records = [seqpipe.Record("1", 5), sentiment.reader.record("A fine film.", 2)]
        return await asyncio.gather(*map(batcher.submit, records))

    bad, good = run(sentiment.pipeline, ask, wait=0.05)
    assert isinstance(bad.outcome, seqpipe.RecordError)
    assert good.outcome[0]["stars"] == 5


def test_when_too_much_waits_no_more_is_admitted(sentiment):
    slow = Slow(sentiment.pipeline)

    async def ask(batcher: Batcher) -> None:
        record = sentiment.reader.record("A fine film.", 1)
        waiting = [batcher.submit(record) for _ in range(3)]
        begin = time.monotonic()
        with pytest.raises(Problem, match="too many records are waiting") as raised:
            batcher.workers.admit()
        assert time.monotonic() - begin < 0.05
        assert (raised.value.status, raised.value.headers) == (503, {"retry-after": "1"})
        slow.may_go_on.set()
        await asyncio.gather(*waiting)
        batcher.workers.admit()

    run(slow, ask, most_waiting=3)


def test_when_waiting_would_take_too_long_no_more_is_admitted(sentiment):
    async def ask(batcher: Batcher) -> None:
        record = sentiment.reader.record("A fine film.", 1)
        batcher.learn(5000, 10_000.0)  # two seconds a character
        waiting = batcher.submit(record)
        with pytest.raises(Problem, match="too many records are waiting") as raised:
            batcher.workers.admit()
        assert raised.value.headers == {"retry-after": "13"}
        await waiting
        batcher.workers.admit()

    run(sentiment.pipeline, ask, threads=2, longest_wait=5.0)
