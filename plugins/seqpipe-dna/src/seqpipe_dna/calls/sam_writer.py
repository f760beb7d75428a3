"""The writer of reads in SAM, before any alignment."""

from __future__ import annotations

from importlib.metadata import version
from typing import ClassVar

from seqpipe import Layout, Record, Writer
from seqpipe_dna.calls.called_read import called_read

_UNMAPPED = 4


class WriteSAM(Writer):
    """Called reads in SAM, unaligned, with mean quality (qs), samples (ns) and, if `dna.calls` gives them, moves (mv).

    The optional fields are those of Oxford Nanopore's basecaller, so that tools for its output take this one.
    """

    name: ClassVar[str] = "dna.sam"
    suffix: ClassVar[str] = ".sam"
    media_type: ClassVar[str] = "text/x-sam"

    def begin(self, first: Record | None) -> tuple[bytes, Layout]:
        """Return the header: the version of the format, and which program wrote it."""
        program = f"@PG\tID:seqpipe\tPN:seqpipe\tVN:{version('seqpipe-dna')}"
        return f"@HD\tVN:1.6\tSO:unknown\n{program}\n".encode("ascii"), None

    def encode(self, record: Record, layout: Layout = None) -> bytes:
        """Return the line; of a read without bases, bases and qualities are ``*``.

        Raises:
            RecordError: the record holds no called read.
        """
        read = called_read(record)
        position = ("*", "0", "0", "*", "*", "0", "0")
        fields = (read.name, str(_UNMAPPED), *position, read.sequence or "*", read.qualities or "*", *read.tags)
        return ("\t".join(fields) + "\n").encode("ascii")
