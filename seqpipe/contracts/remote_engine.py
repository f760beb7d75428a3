"""Engines of plugins: other processes, on this machine or on others, that compute what a run gives them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from concurrent.futures import Future
from contextlib import AbstractContextManager
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field


class WorkerDied(Exception):
    """A worker ended before it had answered: killed, out of memory, its machine gone."""


class Workers(ABC):
    """Processes that have each loaded the same work. Which of them answers does not matter."""

    @property
    @abstractmethod
    def count(self) -> int:
        """How many requests can be answered at a time; others may wait."""

    @abstractmethod
    def submit(self, request: bytes) -> Future[bytes]:
        """Give a request to one of the workers, or let it wait until one is free.

        Returns:
            The answer, later: what the work makes of the request, or raises; `WorkerDied` where the worker died while
            it answered this request; a `SeqpipeError` where there are no workers. Who dies is replaced by another
            worker; whether the request is tried again is for the caller to say.
        """


class RemoteEngine(BaseModel):
    """An engine of a plugin, as the section ``engine`` of a pipeline file declares it: its fields are the options.

    Attributes:
        name: of the plugin, or ``<plugin>.<engine>``; what ``--engine`` takes.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    name: ClassVar[str]

    address: str | None = Field(None, description="where it is, as in `--engine NAME://HOST:PORT`")
    shards: int | None = Field(
        None, ge=1, le=1_000_000, description="deal the records out to so many runs, each whole on a worker"
    )

    @abstractmethod
    def start(self, work: bytes) -> AbstractContextManager[Workers]:
        """Give workers, which end with the block.

        Args:
            work: to be handed to `seqpipe.load_work` in each worker, once, before the first request.

        Raises:
            SeqpipeError: there is nothing at the address, or it does not answer.
        """
