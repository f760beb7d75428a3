"""Portions that are computed elsewhere, several at a time, and their results in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from typing import TypeVar

from seqpipe.engine.attempt import Attempt
from seqpipe.engine.engine import Computed, OpenRecords
from seqpipe.engine.portions import Portion
from seqpipe.engine.prefetch import Prefetch
from seqpipe.engine.stop import Stop

T = TypeVar("T")

AHEAD = 2
"""Portions in flight for each thread or worker, one that is computed and one that waits: memory stays bounded."""

_TICK = 0.1
"""Seconds after which whoever waits for a portion looks whether the run is to end."""

Submit = Callable[[Portion, Sequence[tuple[Future[Attempt], int]]], Future[Attempt]]
"""Has a portion computed; for each piece it gets the attempt at the piece before it, and its row there."""


def computed_in_order(
    portions: Iterable[Portion | None], submit: Submit, count: Callable[[], int], stop: Stop
) -> Iterator[Computed | None]:
    """Yield each portion with what was made of it, as `Engine.map` says.

    Args:
        portions: None where there is none now.
        submit: begins to compute one.
        count: how many are computed at a time.
        stop: asks for the end.
    """
    in_flight: deque[tuple[Portion, Future[Attempt]]] = deque()
    open_records = OpenRecords[Future[Attempt]]()
    failures: list[Exception] = []
    try:
        for portion in _until_failure(portions, failures):
            if portion is not None:
                future = submit(portion, open_records.before(portion))
                open_records.add(portion, future)
                in_flight.append((portion, future))
                if isinstance(portions, Prefetch):
                    future.add_done_callback(lambda _: portions.wake())
            while in_flight and (in_flight[0][1].done() or len(in_flight) >= AHEAD * count()):
                if not _wait(in_flight[0][1], stop):
                    break
                yield _computed(*in_flight.popleft())
            if portion is None:
                yield None
        while in_flight and _wait(in_flight[0][1], stop):
            yield _computed(*in_flight.popleft())
        if failures:
            raise failures[0]
    finally:
        for _, future in in_flight:
            future.cancel()


def _until_failure(portions: Iterable[T], failures: list[Exception]) -> Iterator[T]:
    """Yield portions; add what reading raises to the failures: what came before it is in flight, and not lost."""
    try:
        yield from portions
    except Exception as error:  # noqa: BLE001 - it is raised after the results before it
        failures.append(error)


def _computed(portion: Portion, future: Future[Attempt]) -> Computed:
    return Computed(portion, future.result().attempted)


def _wait(future: Future[Attempt], stop: Stop) -> bool:
    """Wait for a portion; return whether it is there, False if the run is to end before."""
    while True:
        seconds = stop.seconds_left(_TICK)
        try:
            future.exception(seconds)
        except NotYet:
            if not stop.signal or seconds > 0:
                continue
            return False
        return True
