"""The child process, which runs a reader or a step.

The first request is what to run, pickled, and the limits. Every later one is a source, whose records are answered one
by one, or a batch with its state. The child ends when the pipe of requests does, that is with its parent.
"""

from __future__ import annotations

import logging
import math
import os
import pickle
import resource
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any

from seqpipe.contracts import Reader, Step
from seqpipe.errors import SeqpipeError
from seqpipe.limits import MEGABYTE, Limits
from seqpipe.notice import NOTICE

log = logging.getLogger("seqpipe")

ITEM, END, FAILED, SPENT, TOLD = "item", "end", "failed", "spent", "told"
"""Answers: a record or a batch; no more of them; what was raised; out of memory, after which the child is replaced; a
notice or a warning that was logged meanwhile, with its level."""

_GRACE = 5
"""Seconds of processor time beyond the limit, after which the system stops a child that no parent stops."""


def main(request_pipe: int, answer_pipe: int) -> None:
    """Serve requests until there are no more; takes the file descriptors of two pipes."""
    requests = Connection(request_pipe, writable=False)
    answers = Connection(answer_pipe, readable=False)
    try:
        pickled, limits = pickle.loads(requests.recv_bytes())  # noqa: S301 - from the parent
        work: Reader | Step = pickle.loads(pickled)  # noqa: S301 - from the parent
        _restrict(limits)
    except Exception as error:  # noqa: BLE001 - a module that is not there, or whatever importing it raises
        answers.send_bytes(_message(FAILED, _described(error)))
        return
    answers.send_bytes(_message(END))
    log.addHandler(_Told(answers))
    log.setLevel(NOTICE)
    waiting: SimpleQueue[bytes] = SimpleQueue()
    Thread(target=_receive, args=(requests, waiting), daemon=True).start()
    while True:
        for answer in _answers(work, waiting.get(), limits):
            answers.send_bytes(answer)


class _Told(logging.Handler):
    """Passes on what everybody wants to see: standard error is not the child's."""

    def __init__(self, answers: Connection) -> None:
        super().__init__(NOTICE)
        self._answers = answers

    def emit(self, record: logging.LogRecord) -> None:
        """Send it; stages log on the thread that answers."""
        self._answers.send_bytes(_message(TOLD, (record.levelno, record.getMessage())))


def _receive(requests: Connection, waiting: SimpleQueue[bytes]) -> None:
    """Pass requests on; end the process, whatever it is doing, when the parent has gone."""
    while True:
        try:
            waiting.put(requests.recv_bytes())
        except (EOFError, OSError):
            os._exit(0)


def _answers(work: Reader | Step, request: bytes, limits: Limits) -> Iterator[bytes]:
    try:
        for item in _items(work, pickle.loads(request)):  # noqa: S301 - from the parent
            _limit_processor(limits)
            yield _message(ITEM, item)
        yield _message(END)
    except MemoryError:
        yield _message(SPENT)
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent decides
        yield _message(FAILED, error if isinstance(error, SeqpipeError) else _described(error))


def _items(work: Reader | Step, request: Any) -> Iterator[Any]:
    if isinstance(work, Step):
        yield work(*request)
    else:
        yield from work.read(request)


def _message(kind: str, value: Any = None) -> bytes:
    return pickle.dumps((kind, value), pickle.HIGHEST_PROTOCOL)


def _described(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())


def _restrict(limits: Limits) -> None:
    """Let the system refuse what is beyond the limits."""
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_NOFILE, limits.open_files)
    _limit(resource.RLIMIT_AS, _address_space() + int(limits.memory_mb * MEGABYTE))
    _limit_processor(limits)


def _limit_processor(limits: Limits) -> None:
    """Give the next record its time on all processors; the parent's clock comes first, unless the parent is dead."""
    used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    _limit(resource.RLIMIT_CPU, math.ceil(used + (limits.seconds + _GRACE) * (os.cpu_count() or 1)))


def _limit(what: int, value: int) -> None:
    _, hard = resource.getrlimit(what)
    resource.setrlimit(what, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


def _address_space() -> int:
    """Return the bytes of address space that the process has now; nothing where the system does not say."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    except OSError:
        return 0
