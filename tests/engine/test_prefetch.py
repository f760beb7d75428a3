"""Reading ahead."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from contextvars import ContextVar

import pytest

from seqpipe.data import Record
from seqpipe.engine import prefetch as prefetch_module
from seqpipe.engine.portions import RECORDS, Item, Portion, items_of
from seqpipe.engine.prefetch import PORTIONS, Prefetch
from seqpipe.engine.stop import Stop


def items(count: int) -> Iterator[Item]:
    return items_of(Record(str(number), "x") for number in range(count))


def ids(portions: Iterable[Portion | None]) -> Iterator[list[str]]:
    return ([record.id for record in portion.batch.records] for portion in portions if portion is not None)


def test_everything_comes_in_order_and_together() -> None:
    found = list(ids(Prefetch(items(5 * RECORDS + 1))))
    assert [name for portion in found for name in portion] == [str(number) for number in range(5 * RECORDS + 1)]
    assert len(found) < 50


def test_what_reading_raises_is_raised_here_after_what_came_before() -> None:
    def failing() -> Iterator[Item]:
        yield from items(3)
        raise OSError("gone")

    found = ids(Prefetch(failing()))
    assert next(found) == ["0", "1", "2"]
    with pytest.raises(OSError, match="gone"):
        next(found)


def test_nothing_waits_while_the_next_is_waited_for() -> None:
    gate = threading.Event()

    def slow() -> Iterator[Item]:
        yield from items(3)
        gate.wait(10)
        yield from items(1)

    found = ids(Prefetch(slow()))
    begin = time.monotonic()
    assert next(found) == ["0", "1", "2"]
    assert time.monotonic() - begin < 0.5
    gate.set()
    assert next(found) == ["0"]


def test_pieces_wait_no_longer_for_the_others_of_their_round() -> None:
    pieces = [Record(name, "x", last=False) for name in ("a", "b", "a")]
    gate = threading.Event()

    def one_is_silent() -> Iterator[Item]:
        yield from items_of(pieces)
        gate.wait(10)

    assert list(zip(range(3), ids(Prefetch(one_is_silent())), strict=False)) == [(0, ["a"]), (1, ["b"]), (2, ["a"])]
    gate.set()


def test_what_comes_while_nobody_asks_is_computed_together() -> None:
    prefetch = Prefetch(items(10))
    time.sleep(5 * prefetch_module.PATIENCE)
    assert next(ids(prefetch)) == [str(number) for number in range(10)]


@pytest.mark.parametrize("ahead", [0, PORTIONS])
def test_a_slow_consumer_holds_reading_back(ahead: int) -> None:
    taken = 0

    def counted() -> Iterator[Item]:
        nonlocal taken
        for item in items(20 * RECORDS):
            taken += 1
            yield item

    prefetch = Prefetch(counted(), ahead=ahead)
    given = 0
    for portion in ids(prefetch):
        given += len(portion)
        time.sleep(0.002)
        assert taken <= given + ahead * RECORDS + 1
    prefetch.close()
    assert given == 20 * RECORDS


def test_a_slow_input_gives_the_consumer_time_for_other_things() -> None:
    gate = threading.Event()

    def slow() -> Iterator[Item]:
        gate.wait()
        yield from items(1)

    found = []
    for portion in Prefetch(slow()):
        found.append(portion)
        gate.set()
    assert found[0] is None
    assert found[-1] is not None


def test_who_waits_for_the_input_can_be_woken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prefetch_module, "TICK", 60.0)
    gate = threading.Event()

    def silent() -> Iterator[Item]:
        gate.wait()
        yield from ()

    prefetch = Prefetch(silent())
    threading.Timer(0.05, prefetch.wake).start()
    assert next(iter(prefetch)) is None
    gate.set()


def test_a_stop_ends_it_though_the_input_hangs() -> None:
    stop = Stop()
    hanging = threading.Event()

    def hangs() -> Iterator[Item]:
        yield from items(1)
        hanging.wait()

    for portion in Prefetch(hangs(), stop):
        if portion is not None:
            stop.ask(15)
    hanging.set()


def test_the_input_is_closed_with_it_in_the_context_of_the_program() -> None:
    closed = threading.Event()
    variable = ContextVar("variable", default="")
    variable.set("of the program")

    def endless() -> Iterator[Item]:
        try:
            while True:
                yield from items_of([Record(variable.get(), "x")])
        finally:
            closed.set()

    prefetch = Prefetch(endless())
    assert set(next(ids(prefetch))) == {"of the program"}
    prefetch.close()
    assert closed.wait(10)
