"""Writers of bases without alignment: FASTQ and FASTA."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from seqpipe import Layout, Record, Writer
from seqpipe_dna.calls.called_read import called_read


class WriteFASTQ(Writer):
    """Called reads in FASTQ: bases and their qualities, from ``!`` for 0 on. A read without bases has empty lines."""

    name: ClassVar[str] = "dna.fastq"
    suffix: ClassVar[str] = ".fastq"
    media_type: ClassVar[str] = "text/x-fastq"
    other_suffixes: ClassVar[tuple[str, ...]] = (".fq",)

    tags: bool = Field(False, description="also write SAM's optional fields behind the name, as minimap2 -y takes them")

    def encode(self, record: Record, layout: Layout = None) -> bytes:
        """Return the four lines.

        Raises:
            RecordError: the record holds no called read.
        """
        read = called_read(record)
        name = "\t".join([read.name, *read.tags]) if self.tags else read.name
        return f"@{name}\n{read.sequence}\n+\n{read.qualities}\n".encode("ascii")


class WriteFASTA(Writer):
    """Called reads in FASTA: bases alone. A read without bases is a header alone."""

    name: ClassVar[str] = "dna.fasta"
    suffix: ClassVar[str] = ".fasta"
    media_type: ClassVar[str] = "text/x-fasta"
    other_suffixes: ClassVar[tuple[str, ...]] = (".fa", ".fna")

    width: int = Field(80, ge=0, description="bases in a line; 0: all of them")

    def encode(self, record: Record, layout: Layout = None) -> bytes:
        """Return the header and the lines of bases.

        Raises:
            RecordError: the record holds no called read.
        """
        read = called_read(record)
        width = self.width or max(len(read.sequence), 1)
        lines = [read.sequence[begin : begin + width] for begin in range(0, len(read.sequence), width)]
        return "".join(f"{line}\n" for line in (f">{read.name}", *lines)).encode("ascii")
