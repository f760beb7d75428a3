"""The reader of sequences: FASTA and FASTQ."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any, ClassVar

from pydantic import Field, field_validator

from seqpipe import InputError, Location, Reader, Record, RecordError, Source, Spec
from seqpipe_dna.sequences.fasta import fasta_events
from seqpipe_dna.sequences.fastq import fastq_events
from seqpipe_dna.sequences.file_events import Chunk, Event, chunks
from seqpipe_dna.sequences.sequence_records import Cut, Region, records_of_events

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class ReadSequences(Reader):
    """Sequences of DNA or RNA in FASTA or FASTQ, each a record, or cut into stretches however long it is.

    The id is the first word of the header, and the rest of it is passed through as ``description``. The record of a
    stretch is called ``<name>:<first>-<last>``, counted from one, and has the letters around it as context: stretches
    are computed at the same time and a run is resumed between them. Qualities are checked and left out.
    """

    name: ClassVar[str] = "dna.sequences"
    takes: ClassVar[str] = "dna"
    suffixes: ClassVar[tuple[str, ...]] = (".fa", ".fasta", ".fna", ".ffn", ".fas", ".fq", ".fastq")

    stretch: int | None = Field(
        None, ge=1, description="bases of the stretches that sequences are cut into, each a record; none: whole"
    )
    context: int = Field(0, ge=0, description="bases on each side of a stretch that come with it")
    region: str | None = Field(
        None, min_length=1, description="all that is read: `name`, or `name:first-last`, counted from one"
    )

    @field_validator("region")
    @classmethod
    def _is_region(cls, region: str | None) -> str | None:
        if region is not None:
            Region.parse(region)
        return region

    @property
    def spec(self) -> Spec:
        """Text."""
        return Spec("text")

    def read(self, source: Source) -> Iterator[Record | RecordError]:
        """Yield the records of a file, and an error in the place of a sequence, or of the rest of one, that is bad.

        Raises:
            InputError: the source cannot be read, or is no such file.
        """
        with source.open() as file:
            region = Region.parse(self.region) if self.region is not None else None
            cut = Cut(self.stretch, self.context, region, source)
            yield from records_of_events(_events(chunks(file, source.first), source), cut)

    def record(self, payload: Any, position: int) -> Record:
        """Return the record of a sequence from Python or from ``--text``.

        Raises:
            InputError: it is not a text.
        """
        if not isinstance(payload, str):
            where = Location(f"record {position}")
            raise InputError(f"a sequence must be a str, not {type(payload).__name__}", "pass a str", where)
        return super().record(payload, position)


def _events(lines: Iterator[Chunk], source: Source) -> Iterator[Event]:
    """Yield what is found in a file, whose first sign says what it is."""
    for first in lines:
        content = first.content.removeprefix(_BYTE_ORDER_MARK)
        if not content.strip():
            continue
        rest = chain([first._replace(content=content)], lines)
        if content.startswith(b">"):
            yield from fasta_events(rest, source)
        elif content.startswith(b"@"):
            yield from fastq_events(rest, source)
        else:
            what = "neither FASTA nor FASTQ: no '>' or '@' before the first sequence"
            raise InputError(what, "put a line such as '>name' before it", Location(source.name, first.line))
        return
