"""Writers: the form that results take."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from seqpipe.data import Record
from seqpipe.stage.base import Stage


class Writer(Stage):
    """Turns result records into bytes. It opens no file: the runner does, safely.

    Attributes:
        suffix: the ending of its files, such as ``.jsonl``.
        separate: one file a record, rather than one stream.
    """

    kind: ClassVar[str] = "writer"
    suffix: ClassVar[str] = ""
    separate: ClassVar[bool] = False

    path: str | None = None

    def begin(self, first: Record | None) -> bytes:
        """Return what stands before the first record (``None``: there is none), such as a header."""
        return b""

    @abstractmethod
    def encode(self, record: Record) -> bytes:
        """Return the bytes of one result: for a stream a whole line or block, else the whole file."""
