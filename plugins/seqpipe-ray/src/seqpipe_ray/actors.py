"""Workers as Ray has them: actors, each a process that has loaded the work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ray

import seqpipe

Taken = Callable[[bytes | BaseException], None]
"""Is told what came of a call, on a thread of Ray's: the answer, or why there is none."""


class Worker:
    """What runs in the process of an actor."""

    def __init__(self) -> None:
        self._work: Callable[[bytes], bytes] | None = None

    def load(self, work: bytes) -> bytes:
        """Load the work."""
        self._work = seqpipe.load_work(work)
        return b""

    def answer(self, request: bytes) -> bytes:
        """Do it."""
        assert self._work is not None
        return self._work(request)


class Actors:
    """Starts actors, calls them and ends them.

    Args:
        work: is put into the object store once; each machine fetches it from there, and each actor loads it.
    """

    def __init__(self, work: bytes) -> None:
        self._work = ray.put(work)
        self._class = ray.remote(num_cpus=1, max_restarts=0, max_task_retries=0)(Worker)

    def start(self, loaded: Taken) -> Any:
        """Start an actor and return it at once; it is told when its work is loaded."""
        actor: Any = self._class.remote()
        _tell(actor.load.remote(self._work), loaded)
        return actor

    def ask(self, actor: Any, request: bytes, answered: Taken) -> None:
        """Give a request to an actor."""
        _tell(actor.answer.remote(request), answered)

    def end(self, actor: Any) -> None:
        """End an actor, whatever it does."""
        ray.kill(actor)


def _tell(reference: Any, taken: Taken) -> None:
    """Tell what a reference stands for as soon as it is there."""

    def done(future: Any) -> None:
        error = future.exception()
        taken(future.result() if error is None else _error(error))

    reference.future().add_done_callback(done)


def _error(error: BaseException) -> BaseException:
    """Return what the work raised; or, where Ray has lost the worker or the answer, that the worker died."""
    if isinstance(error, ray.exceptions.RayTaskError):
        return error.cause if isinstance(error.cause, BaseException) else error
    lost = seqpipe.WorkerDied(" ".join(str(error).split()))
    lost.__cause__ = error
    return lost
