"""Pipelines called from Python."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from seqpipe.api import Loaded
from seqpipe.contracts import State, Step
from seqpipe.data import Batch, Record, Spec
from seqpipe.errors import UsageError
from tests.stub_pipeline import stub_loaded, stub_pipeline


class WhoComputes(Step):
    """Gives the thread that it is called on, and how many records are computed together."""

    spec = Spec("outputs")

    def __call__(self, batch: Batch, state: State = None) -> tuple[Batch, State]:
        found = {"thread": threading.current_thread().name, "together": len(batch.records)}
        return batch.replace(outputs=tuple((found,) for _ in batch.records)), None


def loaded(threads: int) -> Loaded:
    pipeline = replace(stub_pipeline(), steps=(WhoComputes(),))
    return stub_loaded(pipeline, threads=threads)


@pytest.mark.parametrize(
    ("threads", "texts", "together"),
    [(1, 1, [1]), (1, 600, [256, 256, 88]), (2, 16, [16]), (2, 200, [100, 100]), (3, 40, [16, 16, 8]), (2, 0, [])],
)
def test_threads_share_the_texts_of_a_call(threads: int, texts: int, together: list[int]) -> None:
    results = loaded(threads)(["text"] * texts)
    assert [int(result["id"]) for result in results] == list(range(1, texts + 1))
    assert [result["together"] for result in results] == [size for size in together for _ in range(size)]


@pytest.mark.parametrize(("threads", "texts"), [(1, 600), (4, 16)])
def test_what_one_thread_computes_is_computed_by_the_calling_one(threads: int, texts: int) -> None:
    results = loaded(threads)(["text"] * texts)
    assert {result["thread"] for result in results} == {threading.current_thread().name}


def test_texts_of_unknown_number_are_computed_by_the_hundred() -> None:
    results = loaded(2)(text for text in ["text"] * 300)
    assert {result["together"] for result in results} == {256, 44}


@pytest.mark.parametrize(
    ("single", "kind"),
    [
        ("A fine film.", "a str"),
        (b"text", "a bytes"),
        (Record("1", "text"), "a Record"),
        ({"text": "A fine film."}, "a dict"),
        (7, "a int"),
        (np.zeros(4000, np.float32), "one ndarray of numbers"),
    ],
)
def test_a_single_payload_is_not_taken_apart(single: Any, kind: str) -> None:
    pipeline = loaded(1)
    for call in (pipeline, pipeline.iterate):
        with pytest.raises(UsageError) as caught:
            call(single)
        assert str(caught.value) == f"expected a list of payloads, not {kind} (put it in a list: [...])"
    assert len(pipeline(np.array(["one", "two"]))) == 2


@pytest.mark.parametrize("threads", [1, 2])
def test_results_come_while_the_next_payload_is_waited_for(threads: int) -> None:
    come = threading.Event()

    def conversation() -> Iterator[str]:
        for text in ("one", "two", "three"):
            yield text
            assert come.wait(10)
            come.clear()

    begin = time.monotonic()
    for number, result in enumerate(loaded(threads).iterate(conversation()), 1):
        assert result["id"] == str(number)
        come.set()
    assert time.monotonic() - begin < 3 * 0.5


@pytest.mark.parametrize("threads", [1, 2])
def test_payloads_that_come_at_once_are_computed_together(threads: int) -> None:
    together = [result["together"] for result in loaded(threads).iterate("text" for _ in range(2000))]
    assert statistics.median(together) == 256


def test_no_more_is_read_than_results_are_asked_for() -> None:
    taken = 0

    def counted() -> Iterator[Record]:
        nonlocal taken
        while True:
            taken += 1
            yield Record("call", "text", last=False)

    for number, _ in zip(range(1, 20), loaded(1).iterate(counted()), strict=False):
        assert taken <= number + 1


@pytest.mark.parametrize("threads", [1, 2])
def test_what_the_iterable_raises_comes_after_the_results_before_it(threads: int) -> None:
    def failing() -> Iterator[str]:
        yield from ("one", "two")
        raise OSError("gone")

    results = loaded(threads).iterate(failing())
    assert [next(results)["id"], next(results)["id"]] == ["1", "2"]
    with pytest.raises(OSError, match="gone"):
        next(results)


def test_the_iterable_is_closed_when_no_more_results_are_wanted() -> None:
    closed = threading.Event()

    def endless() -> Iterator[str]:
        try:
            while True:
                yield "text"
        finally:
            closed.set()

    results = loaded(1).iterate(endless())
    next(results)
    results.close()
    assert closed.wait(10)
