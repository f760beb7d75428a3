"""Writers: the form that results take."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, BinaryIO, ClassVar

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
        separate: one file a record, rather than one stream.
        assembled: `assemble` makes the file when all results are there, in a form that cannot be appended to.
    """

    kind: ClassVar[str] = "writer"
    suffix: ClassVar[str] = ""
    other_suffixes: ClassVar[tuple[str, ...]] = ()
    separate: ClassVar[bool] = False
    assembled: ClassVar[bool] = False

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

    def assemble(self, encoded: BinaryIO, file: BinaryIO) -> None:
        """Make the file of all that `begin` and `encode` gave, for a writer that says it is ``assembled``.

        Until then a run that is resumed appends to what was encoded. Of the same bytes it makes the same file, in
        memory that does not grow with them.

        Args:
            encoded: what was given, one after the other; can be sought in.
            file: to be written.
        """
        raise NotImplementedError
