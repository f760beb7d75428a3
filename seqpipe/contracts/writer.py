"""Writers: the form that results take."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

from pydantic import Field

from seqpipe.contracts.fields import FileName
from seqpipe.contracts.stage import Stage
from seqpipe.data import Record

Layout = Any
"""What a writer has to know of the first record when it writes later ones: plain JSON values."""


class Writer(Stage):
    """Turns result records into bytes. It opens no file: the runner does, safely.

    Attributes:
        suffix: the ending of its files, such as ``.jsonl``.
        other_suffixes: further endings by which people know the form.
        media_type: what the form is called in HTTP, such as ``audio/midi``; empty: it cannot be asked for there.
        separate: one file a record, rather than one stream.
    """

    kind: ClassVar[str] = "writer"
    suffix: ClassVar[str] = ""
    other_suffixes: ClassVar[tuple[str, ...]] = ()
    media_type: ClassVar[str] = ""
    separate: ClassVar[bool] = False

    path: FileName | None = Field(None, description="the file to write, relative to this file; none: standard output")

    @classmethod
    def suffixes(cls) -> tuple[str, ...]:
        """Return all endings that stand for this form."""
        return (cls.suffix, *cls.other_suffixes)

    def begin(self, first: Record | None) -> tuple[bytes, Layout]:
        """Return what stands before the first record (``None``: there is none), such as a header, and the layout.

        A run that is resumed gets the layout back and begins nothing again.
        """
        return b"", None

    @abstractmethod
    def encode(self, record: Record, layout: Layout = None) -> bytes:
        """Return the bytes of one result: for a stream a whole line or block, else the whole file.

        Args:
            record: with the mapping of results for payload.
            layout: from `begin`.

        Raises:
            RecordError: the record cannot be written in this form.
        """
