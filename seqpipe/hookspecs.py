"""All hooks of seqpipe. A plugin is a module (entry-point group ``seqpipe``) with functions marked `hookimpl`.

Three hooks give: `seqpipe_register_stages`, `seqpipe_register_engines`, and `seqpipe_register_examples` for tests. The
others are for observers: what they return is ignored, what they raise is reported and changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pluggy

from seqpipe.contracts import Example, RemoteEngine, Stage
from seqpipe.data import Record
from seqpipe.errors import SeqpipeError

API_VERSION = 2
"""The version of the hooks and contracts. A plugin says for which it was written: ``SEQPIPE_API_VERSION = 2``."""

hookspec = pluggy.HookspecMarker("seqpipe")
hookimpl = pluggy.HookimplMarker("seqpipe")
"""Marks a function of a plugin's module as one of these hooks."""


@dataclass(frozen=True, slots=True)
class RunStarted:
    """A run or a training begins, on these inputs."""

    name: str
    inputs: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class BatchFinished:
    """So many records more are done, and went out in this form."""

    records: int
    results: Sequence[Record] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class RecordFailed:
    """A record could not be processed.

    Attributes:
        source: the file that it is in, as the user gave it; empty for what comes from elsewhere.
        position: where in the source, as in `seqpipe.Record`; 0 if that is not known.
        id: of the record; empty if it could not even be made.
        stage: the name of the stage that refused it.
        error: why.
        raw: its bytes, as in `seqpipe.Record`.
        input: which of the inputs the source is, counted from one; 0 in a training.
        item: which of the source's records it is, counted from one; 0 in a training.
        rest: the source could not be read on, so its further records are lost as well: those of this shard ("3/8", all
            of them: "1/1"); empty: none are.
    """

    source: str
    position: int
    id: str
    stage: str
    error: SeqpipeError
    raw: bytes | None = field(default=None, repr=False)
    input: int = 0
    item: int = 0
    rest: str = ""


@dataclass(frozen=True, slots=True)
class RunFinished:
    """A run is over: how many records were read and failed, and the seconds it took."""

    records: int
    failed: int
    seconds: float


@dataclass(frozen=True, slots=True)
class EpochFinished:
    """An epoch of the training is over, with its figures (``loss``, metrics on the dev data, ...)."""

    epoch: int
    figures: Mapping[str, Any]


@hookspec
def seqpipe_register_stages() -> Sequence[type[Stage]]:  # type: ignore[empty-body]
    """Return this plugin's stages; the name of each begins with the plugin's name and a dot."""


@hookspec
def seqpipe_register_engines() -> Sequence[type[RemoteEngine]]:  # type: ignore[empty-body]
    """Return this plugin's engines; the name of each is the plugin's, or begins with it and a dot."""


@hookspec
def seqpipe_register_examples() -> Sequence[Example]:  # type: ignore[empty-body]
    """Return examples of this plugin's stages for ``seqpipe plugins test``, where the default ones do not do."""


@hookspec
def seqpipe_run_started(event: RunStarted) -> None:
    """Called before the first record is read."""


@hookspec
def seqpipe_batch_finished(event: BatchFinished) -> None:
    """Called when a batch has been written."""


@hookspec
def seqpipe_record_failed(event: RecordFailed) -> None:
    """Called for each record that could not be processed."""


@hookspec
def seqpipe_run_finished(event: RunFinished) -> None:
    """Called at the end, also of a run that fails."""


@hookspec
def seqpipe_epoch_finished(event: EpochFinished) -> None:
    """Called after each epoch of a training."""
