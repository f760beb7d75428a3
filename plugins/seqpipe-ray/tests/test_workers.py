"""Who gets which request, on actors that are not there: nothing of Ray's is started."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event
from typing import Any

import pytest

import seqpipe

workers_module = pytest.importorskip("seqpipe_ray.workers", reason="Ray is not built for this system")
AHEAD, STARTS, RayWorkers = (getattr(workers_module, name) for name in ("AHEAD", "STARTS", "RayWorkers"))


class StubActors:
    """Actors are numbers; what comes of a call is told by the test."""

    def __init__(self) -> None:
        self.started: list[Any] = []
        self.asked: list[tuple[int, bytes, Any]] = []
        self.ended: list[int] = []

    def start(self, loaded: Any) -> int:
        self.started.append(loaded)
        return len(self.started) - 1

    def ask(self, actor: int, request: bytes, answered: Any) -> None:
        self.asked.append((actor, request, answered))

    def end(self, actor: int) -> None:
        self.ended.append(actor)


@pytest.fixture
def actors() -> StubActors:
    return StubActors()


@pytest.fixture
def workers(actors: StubActors) -> Iterator[Any]:
    made = RayWorkers(actors, 2, 60.0, 2)
    yield made
    made.close()


def settle(workers: Any) -> None:
    """Wait until all that was told has been done."""
    settled = Event()
    workers._events.put(settled.set)
    assert settled.wait(5)


DIED = seqpipe.WorkerDied("killed")


def test_requests_wait_for_a_worker_and_go_to_who_has_the_fewest(workers, actors):
    for number in range(6):
        workers.submit(b"%d" % number)
    settle(workers)
    assert (workers.count, actors.asked) == (1, [])
    actors.started[0](b"")
    settle(workers)
    actors.started[1](b"")
    settle(workers)
    assert workers.count == 2
    assert [(actor, request) for actor, request, _ in actors.asked] == [(0, b"0"), (0, b"1"), (1, b"2"), (1, b"3")]
    actors.asked[2][2](b"done")
    settle(workers)
    assert actors.asked[-1][:2] == (1, b"4")
    assert max(sum(actor == one for actor, *_ in actors.asked) for one in (0, 1)) <= AHEAD + 1


def test_who_dies_is_replaced_and_only_what_it_was_at_is_to_blame(workers, actors):
    actors.started[0](b"")
    settle(workers)
    first, second = workers.submit(b"first"), workers.submit(b"second")
    settle(workers)
    for _, _, answered in list(actors.asked):
        answered(DIED)
    assert first.exception(5) is DIED
    settle(workers)
    assert (actors.ended, len(actors.started), second.done()) == ([0], 3, False)
    actors.started[2](b"")
    settle(workers)
    again = next(answered for actor, request, answered in actors.asked if (actor, request) == (2, b"second"))
    again(b"done")
    assert second.result(5) == b"done"


def test_what_the_work_raises_is_the_answer(workers, actors):
    actors.started[0](b"")
    answer = workers.submit(b"request")
    settle(workers)
    actors.asked[0][2](ZeroDivisionError("oh"))
    assert isinstance(answer.exception(5), ZeroDivisionError)
    assert actors.ended == []


def test_a_worker_that_is_refused_refuses_all_requests(workers, actors):
    waiting = workers.submit(b"waiting")
    refusal = seqpipe.PluginError("a worker lacks the plugin 'text'", "install it")
    actors.started[0](refusal)
    assert waiting.exception(5) is refusal
    assert workers.submit(b"later").exception(5) is refusal


def test_workers_that_die_while_they_start_are_started_a_few_times(workers, actors):
    waiting = workers.submit(b"waiting")
    for number in range(STARTS + 1):
        settle(workers)
        actors.started[number](seqpipe.WorkerDied("no module named seqpipe_ray"))
    error = waiting.exception(5)
    assert str(error) == "workers die while they start: no module named seqpipe_ray (see the logs of the cluster)"


def test_time_is_limited_until_a_worker_is_ready(actors):
    workers = RayWorkers(actors, 1, 0.1, 2)
    error = workers.submit(b"waiting").exception(5)
    assert str(error) == (
        "no worker has become ready within 0.1 s, on a cluster with 2 CPUs (wait until it has room, or raise"
        " engine.start_seconds)"
    )
    workers.close()
