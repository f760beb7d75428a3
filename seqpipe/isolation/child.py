"""The child process, which runs a reader or a step.

The first request is what to run, pickled, the limits, and how the system holds them. Every later one is a source, whose
records are answered one by one, or a batch with its state. The child ends when the pipe of requests does, that is with
its parent.
"""

from __future__ import annotations

import logging
import os
import pickle
from collections.abc import Iterator
from queue import SimpleQueue
from threading import Thread
from typing import Any

from seqpipe.contracts import Reader, Step
from seqpipe.errors import SeqpipeError
from seqpipe.isolation.pipe import End, end_of
from seqpipe.isolation.system import System
from seqpipe.limits import Limits
from seqpipe.notice import NOTICE

log = logging.getLogger("seqpipe")

ITEM, END, FAILED, SPENT, TOLD = "item", "end", "failed", "spent", "told"
"""Answers: a record or a batch; no more of them; what was raised; out of memory, after which the child is replaced; a
notice or a warning that was logged meanwhile, with its level."""


def main(request_pipe: int, answer_pipe: int) -> None:
    """Serve requests until there are no more; takes the handles of two pipes."""
    requests, answers = end_of(request_pipe, writes=False), end_of(answer_pipe, writes=True)
    try:
        pickled, limits, system = pickle.loads(requests.recv_bytes())  # noqa: S301 - from the parent
        work: Reader | Step = pickle.loads(pickled)  # noqa: S301 - from the parent
        system.restrict(limits)
    except Exception as error:  # noqa: BLE001 - a module that is not there, or whatever importing it raises
        answers.send_bytes(_message(FAILED, _described(error)))
        return
    answers.send_bytes(_message(END))
    log.addHandler(_Told(answers))
    log.setLevel(NOTICE)
    waiting: SimpleQueue[bytes] = SimpleQueue()
    Thread(target=_receive, args=(requests, waiting), daemon=True).start()
    while True:
        for answer in _answers(work, waiting.get(), limits, system):
            answers.send_bytes(answer)


class _Told(logging.Handler):
    """Passes on what everybody wants to see: standard error is not the child's."""

    def __init__(self, answers: End) -> None:
        super().__init__(NOTICE)
        self._answers = answers

    def emit(self, record: logging.LogRecord) -> None:
        """Send it; stages log on the thread that answers."""
        self._answers.send_bytes(_message(TOLD, (record.levelno, record.getMessage())))


def _receive(requests: End, waiting: SimpleQueue[bytes]) -> None:
    """Pass requests on; end the process, whatever it is doing, when the parent has gone."""
    while True:
        try:
            waiting.put(requests.recv_bytes())
        except (EOFError, OSError):
            os._exit(0)


def _answers(work: Reader | Step, request: bytes, limits: Limits, system: System) -> Iterator[bytes]:
    try:
        for item in _items(work, pickle.loads(request)):  # noqa: S301 - from the parent
            system.restrict_processor(limits)
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
