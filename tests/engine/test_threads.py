"""Batches on threads."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from seqpipe.contracts import State, Step
from seqpipe.data import Batch, Record, Spec
from seqpipe.engine import stop as stop_module
from seqpipe.engine.stop import Stop
from seqpipe.engine.threads import AHEAD, attempts, process
from seqpipe.errors import RecordError
from tests.stub_pipeline import stub_pipeline


def one(text: str, number: int = 1, *, last: bool = True) -> Batch:
    return Batch((Record(str(number), text, "in", number, last=last),), final=last)


def shouts(found: Iterator[list[object] | None]) -> list[str]:
    return [outcome[0]["shout"] for attempted in found if attempted for outcome in attempted if outcome]  # type: ignore[index]


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_results_keep_their_order(threads: int) -> None:
    batches = [one("slow" if number % 5 == 0 else f"t{number}", number) for number in range(1, 12)]
    found = [result.id for done in process(stub_pipeline(), batches, threads) for result in done.results()]
    assert found == [str(number) for number in range(1, 12)]


class WhichThread(Step):
    """Gives the name of the thread that it is called on."""

    spec = Spec("outputs")

    def __call__(self, batch: Batch, state: State = None) -> tuple[Batch, State]:
        name = threading.current_thread().name
        return batch.replace(outputs=tuple(({"thread": name},) for _ in batch.records)), None


@pytest.mark.parametrize(("threads", "batches", "computing"), [(1, 5, {"MainThread"}), (2, 1, {"seqpipe-0"})])
def test_no_more_threads_are_started_than_compute(threads: int, batches: int, computing: set[str]) -> None:
    pipeline = replace(stub_pipeline(), steps=(WhichThread(),))
    before = set(threading.enumerate())
    results = [
        (result.payload["thread"], set(threading.enumerate()) - before)
        for done in process(pipeline, [one("a", number) for number in range(batches)], threads)
        for result in done.results()
    ]
    assert {name for name, _ in results} == computing
    assert all({thread.name for thread in started} <= computing for _, started in results)


def test_one_thread_computes_a_batch_before_it_reads_the_next() -> None:
    taken = []

    def batches() -> Iterator[Batch]:
        for number in range(3):
            taken.append(number)
            yield one("t", number)

    assert [len(taken) for _ in process(stub_pipeline(), batches())] == [1, 2, 3]


@pytest.mark.parametrize("threads", [1, 4])
def test_pieces_get_the_state_of_the_one_before(threads: int) -> None:
    batches = [one(f"p{number}", last=number % 4 == 3) for number in range(8)]
    found = [outcome[0]["piece"] for done in process(stub_pipeline(), batches, threads) for outcome in done.outcomes]
    assert found == [0, 1, 2, 3] * 2


def test_pieces_behind_a_bad_one_fail_with_it() -> None:
    batches = [one("a", last=False), one("bad", last=False), one("c", last=False), one("d"), one("e")]
    found = [attempted[0] for attempted in attempts(stub_pipeline(), batches, 2) if attempted]
    assert [isinstance(outcome, RecordError) for outcome in found] == [False, True, True, True, False]
    assert found[1] is found[3]


@pytest.mark.parametrize("threads", [1, 2])
def test_the_first_failure_in_order_ends_strict_processing(threads: int) -> None:
    batches = [one("slow bad", 1), one("bug", 2)]
    with pytest.raises(RecordError, match=r"^in:1: stub.shout: refused"):
        list(process(stub_pipeline(), batches, threads))
    with pytest.raises(ZeroDivisionError):
        list(process(stub_pipeline(), batches[1:], threads))


@pytest.mark.parametrize("threads", [1, 3])
def test_no_more_is_taken_than_can_be_computed_soon(threads: int) -> None:
    taken = 0

    def batches() -> Iterator[Batch]:
        nonlocal taken
        for number in range(100):
            taken += 1
            yield one("t", number)

    for done, _ in enumerate(attempts(stub_pipeline(), batches(), threads)):
        assert taken - done <= AHEAD * threads
        time.sleep(0.001)


def test_what_is_done_comes_out_while_the_input_pauses() -> None:
    def batches() -> Iterator[Batch | None]:
        yield one("first")
        while len(seen) < 1:
            yield None
        yield one("second")

    seen: list[object] = []
    for attempted in attempts(stub_pipeline(), batches(), 2):
        seen += [attempted] if attempted else []
    assert len(seen) == 2


def test_a_stop_finishes_what_is_in_flight(monkeypatch: pytest.MonkeyPatch) -> None:
    stop = Stop()
    batches = [one("slow", number) for number in range(1, 4)]

    def stopping_batches() -> Iterator[Batch]:
        yield from batches
        stop.ask(2)

    assert shouts(attempts(stub_pipeline(), stopping_batches(), 3, stop)) == ["SLOW"] * 3


def test_a_stop_waits_no_longer_than_it_should(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stop_module, "PATIENCE", 0.1)
    stop = Stop()

    def stopping_batches() -> Iterator[Batch]:
        yield one("quick", 1)
        time.sleep(0.2)
        yield one("slow", 2)
        yield one("quick", 3)
        stop.ask(2)

    begin = time.monotonic()
    assert shouts(attempts(stub_pipeline(), stopping_batches(), 2, stop)) == ["QUICK"]
    assert time.monotonic() - begin < 1
    assert threading.active_count() < 20
