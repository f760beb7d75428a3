"""Portions on engines: the calling thread, threads, and workers of a plugin's engine."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace

import pytest

from seqpipe.contracts import State, Step
from seqpipe.data import Batch, Record, Spec
from seqpipe.engine import prefetch as prefetch_module
from seqpipe.engine import stop as stop_module
from seqpipe.engine.engine import CallingThread, Computed, Engine, OpenRecords, results_of
from seqpipe.engine.in_order import AHEAD
from seqpipe.engine.portions import Portion, items_of, portions_of
from seqpipe.engine.prefetch import Prefetch
from seqpipe.engine.remote_run import Remote
from seqpipe.engine.stop import Stop
from seqpipe.engine.threads import Threads, engine_of
from seqpipe.errors import RecordError
from tests.stub_engine import StubEngine
from tests.stub_pipeline import stub_pipeline

every_engine = pytest.mark.parametrize(
    "engine",
    [CallingThread(), Threads(1), Threads(2), Threads(4), Remote(StubEngine(), {})],
    ids=["calling", "1", "2", "4", "remote"],
)


def one(text: str, number: int = 1) -> Portion:
    (portion,) = portions_of([Record(str(number), text, "in", number)])
    return portion


def portions(*records: Record) -> Iterator[Portion]:
    return portions_of(records, size=1)


def piece(text: str, name: str = "1", *, last: bool = False) -> Record:
    return Record(name, text, "in", last=last)


def computed(engine: Engine, given: Iterable[Portion | None], stop: Stop | None = None) -> Iterator[Computed]:
    return (one for one in engine.map(stub_pipeline(), given, stop) if one is not None)


def results(done: Computed) -> list[Record]:
    found = zip(done.portion.batch.records, done.attempted, strict=True)
    return [result for record, outcome in found for result in results_of(record, outcome)]  # type: ignore[arg-type]


def shouts(found: Iterable[Computed]) -> list[str]:
    return [result.payload["shout"] for one in found for result in results(one)]


@every_engine
def test_results_keep_their_order_and_their_portions(engine: Engine) -> None:
    given = [one("slow" if number % 5 == 0 else f"t{number}", number) for number in range(1, 12)]
    found = list(computed(engine, given))
    assert [one.portion for one in found] == given
    assert [result.id for one in found for result in results(one)] == [str(number) for number in range(1, 12)]


class WhichThread(Step):
    """Gives the name of the thread that it is called on."""

    spec = Spec("outputs")

    def __call__(self, batch: Batch, state: State = None) -> tuple[Batch, State]:
        name = threading.current_thread().name
        return batch.replace(outputs=tuple(({"thread": name},) for _ in batch.records)), None


@pytest.mark.parametrize(("threads", "count", "computing"), [(1, 5, {"MainThread"}), (2, 1, {"seqpipe-0"})])
def test_no_more_threads_are_started_than_compute(threads: int, count: int, computing: set[str]) -> None:
    pipeline = replace(stub_pipeline(), steps=(WhichThread(),))
    before = set(threading.enumerate())
    seen = [
        (result.payload["thread"], set(threading.enumerate()) - before)
        for found in engine_of(threads).map(pipeline, [one("a", number) for number in range(count)])
        if found is not None
        for result in results(found)
    ]
    assert {name for name, _ in seen} == computing
    assert all({thread.name for thread in started} <= computing for _, started in seen)


def test_one_thread_computes_a_portion_before_it_reads_the_next() -> None:
    taken = []

    def given() -> Iterator[Portion]:
        for number in range(3):
            taken.append(number)
            yield one("t", number)

    assert [len(taken) for _ in computed(engine_of(1), given())] == [1, 2, 3]


@every_engine
def test_pieces_get_the_state_of_the_one_before(engine: Engine) -> None:
    given = portions(*(piece(f"p{number}", last=number % 4 == 3) for number in range(8)))
    found = [result.payload["piece"] for one in computed(engine, given) for result in results(one)]
    assert found == [0, 1, 2, 3] * 2


@every_engine
def test_pieces_of_several_records_each_get_their_own_state(engine: Engine) -> None:
    names = ["a", "b", "a", "c", "b", "a", "c", "a", "b", "a", "c", "b"]
    given = [piece("slow" if number == 2 else "p", name) for number, name in enumerate(names)]
    given += [piece("p", name, last=True) for name in "abc"]
    found = list(computed(engine, portions_of(given)))
    assert max(len(one.portion.batch.records) for one in found) == 3
    seen = [(result.id, result.payload["piece"]) for one in found for result in results(one)]
    assert seen == [(name, names[:number].count(name)) for number, name in enumerate(names)] + [
        ("a", 5),
        ("b", 4),
        ("c", 3),
    ]


@every_engine
def test_pieces_behind_a_bad_one_fail_with_it_and_their_neighbours_do_not(engine: Engine) -> None:
    rounds = ["fine", "fine", "bad", "fine"]
    given = [piece(text if name == "b" else "fine", name) for text in rounds for name in "abc"]
    found = [one for done in computed(engine, portions_of(given)) for one in done.attempted]
    failed = [isinstance(one, RecordError) for one in found]
    assert failed == [name == "b" and number >= 2 for number in range(4) for name in "abc"]
    assert str(found[7]) == str(found[10])


@every_engine
def test_a_record_that_breaks_off_leaves_nothing_to_one_of_the_same_name(engine: Engine) -> None:
    first, again = piece("p"), piece("p")
    begun, (later,) = portions(first), portions(again)
    given = [*begun, replace(one("x"), truncated=[("in", 0, "1")]), later, *(portions(again, piece("p", last=True)))][
        :3
    ]
    found = [result.payload for done in computed(engine, given) for result in results(done)]
    assert [payload.get("piece") for payload in found] == [0, None, 0]


def test_a_record_that_breaks_off_is_forgotten() -> None:
    open_records = OpenRecords[int]()
    (begun,) = portions(piece("p"))
    open_records.add(begun, 1)
    open_records.add(replace(one("x"), truncated=begun.pieces), 2)
    assert not open_records._last


@pytest.mark.parametrize("threads", [1, 3])
def test_no_more_is_taken_than_can_be_computed_soon(threads: int) -> None:
    taken = 0

    def given() -> Iterator[Portion]:
        nonlocal taken
        for number in range(100):
            taken += 1
            yield one("t", number)

    for done, _ in enumerate(computed(Threads(threads), given())):
        assert taken - done <= AHEAD * threads
        time.sleep(0.001)


@every_engine
def test_what_is_done_comes_out_while_the_input_pauses(engine: Engine) -> None:
    def given() -> Iterator[Portion | None]:
        yield one("first")
        while len(seen) < 1:
            yield None
        yield one("second")

    seen: list[str] = []
    for found in computed(engine, given()):
        seen += shouts([found])
    assert seen == ["FIRST", "SECOND"]


@every_engine
def test_what_reading_raises_comes_after_the_results_before_it(engine: Engine) -> None:
    def given() -> Iterator[Portion]:
        yield from (one("slow", 1), one("quick", 2))
        raise OSError("gone")

    found = computed(engine, given())
    assert [shouts([next(found)]), shouts([next(found)])] == [["SLOW"], ["QUICK"]]
    with pytest.raises(OSError, match="gone"):
        next(found)


def test_what_is_done_comes_out_at_once_while_the_input_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prefetch_module, "TICK", 60.0)
    silence = threading.Event()

    def given() -> Iterator[Record]:
        yield Record("1", "slow")
        silence.wait()

    begin = time.monotonic()
    assert shouts([next(computed(Threads(2), Prefetch(items_of(given()))))]) == ["SLOW"]
    assert time.monotonic() - begin < 5
    silence.set()


def test_a_stop_finishes_what_is_in_flight() -> None:
    stop = Stop()
    slow = [one("slow", number) for number in range(1, 4)]

    def given() -> Iterator[Portion]:
        yield from slow
        stop.ask(2)

    assert shouts(computed(Threads(3), given(), stop)) == ["SLOW"] * 3


def test_a_stop_waits_no_longer_than_it_should(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stop_module, "PATIENCE", 0.1)
    stop = Stop()

    def given() -> Iterator[Portion]:
        yield one("quick", 1)
        time.sleep(0.2)
        yield one("slow", 2)
        yield one("quick", 3)
        stop.ask(2)

    begin = time.monotonic()
    assert shouts(computed(Threads(2), given(), stop)) == ["QUICK"]
    assert time.monotonic() - begin < 1
    assert threading.active_count() < 20


def test_the_calling_thread_stops_before_the_next_portion() -> None:
    stop = Stop()

    def given() -> Iterator[Portion]:
        yield one("first")
        stop.ask(2)
        yield one("second")

    assert shouts(computed(CallingThread(), given(), stop)) == ["FIRST"]
