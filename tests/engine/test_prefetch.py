"""Reading ahead."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from seqpipe.engine.prefetch import PORTIONS, Prefetch
from seqpipe.engine.stop import Stop


def test_everything_comes_in_order() -> None:
    assert [one for one in Prefetch(iter(range(50)), Stop()) if one is not None] == list(range(50))


def test_what_reading_raises_is_raised_here() -> None:
    def portions() -> Iterator[int]:
        yield 1
        raise OSError("gone")

    found = (one for one in Prefetch(portions(), Stop()) if one is not None)
    assert next(found) == 1
    with pytest.raises(OSError, match="gone"):
        next(found)


def test_a_slow_consumer_holds_reading_back() -> None:
    taken = 0

    def portions() -> Iterator[int]:
        nonlocal taken
        for number in range(1000):
            taken += 1
            yield number

    ahead = Prefetch(portions(), Stop())
    for done, _ in zip(range(20), (one for one in ahead if one is not None), strict=False):
        time.sleep(0.002)
        assert taken <= done + PORTIONS + 3
    ahead.close()


def test_a_slow_input_gives_the_consumer_time_for_other_things() -> None:
    gate = threading.Event()

    def portions() -> Iterator[int]:
        gate.wait()
        yield 1

    found = []
    for one in Prefetch(portions(), Stop()):
        found.append(one)
        gate.set()
    assert found[0] is None
    assert found[-1] == 1


def test_a_stop_ends_it_though_the_input_hangs() -> None:
    stop = Stop()
    hanging = threading.Event()

    def portions() -> Iterator[int]:
        yield 1
        hanging.wait()

    for one in Prefetch(portions(), stop):
        if one == 1:
            stop.ask(15)
    hanging.set()
