"""Records that cannot be learned from: counted, named, and left out or the end of the training."""

from __future__ import annotations

import logging
from typing import Literal

from seqpipe.data import Record
from seqpipe.errors import RecordError
from seqpipe.pipeline.fit import BadRecordHandler

log = logging.getLogger("seqpipe")

OnTrainingError = Literal["fail", "skip"]

SHOWN = 5
"""Problems that are shown as they are found; all of them are counted, and told to the observers."""


class Problems:
    """What is wrong with records, each counted once.

    Args:
        on_error: ``fail``: the first one is raised; ``skip``: its record is left out.
    """

    def __init__(self, on_error: OnTrainingError = "fail") -> None:
        self.on_error = on_error
        self._found: dict[tuple[str, str], tuple[Record, RecordError]] = {}
        self._tell: BadRecordHandler | None = None

    def __len__(self) -> int:
        return len(self._found)

    def __call__(self, record: Record, error: RecordError) -> None:
        """Take note of a problem.

        Raises:
            RecordError: the problem, if the first one ends the training.
        """
        if self.on_error == "fail":
            todo = f"{error.todo}, or leave such records out: --on-error skip"
            raise RecordError(error.what, todo, error.where)
        key = (record.source, record.id)
        if key in self._found:
            return
        self._found[key] = record, error
        if self._tell is not None:
            self._tell(record, error)
        if len(self) <= SHOWN:
            log.warning("left out: %s", error)
        elif len(self) == SHOWN + 1:
            log.warning("more records are left out; they are named in timing.jsonl")

    def tell(self, tell: BadRecordHandler) -> None:
        """BadRecordHandler somebody of each problem, those that are known already first."""
        self._tell = tell
        for record, error in self._found.values():
            tell(record, error)
