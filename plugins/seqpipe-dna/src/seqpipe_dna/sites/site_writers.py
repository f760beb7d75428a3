"""Writers of sites, as genome browsers read them: BED and GFF3."""

from __future__ import annotations

import re
from typing import ClassVar

from pydantic import Field

from seqpipe import Layout, Record, Writer
from seqpipe_dna.sites.site_fields import site_of


class WriteBED(Writer):
    """Sites in BED, six columns: counted from zero, half-open, the score from 0 to 1000."""

    name: ClassVar[str] = "dna.bed"
    suffix: ClassVar[str] = ".bed"
    media_type: ClassVar[str] = "text/x-bed"

    def encode(self, record: Record, layout: Layout = None) -> bytes:
        """Return the line.

        Raises:
            RecordError: the result is no site.
        """
        site = site_of(record)
        name = re.sub(r"\s+", "_", site.label) or "."
        fields = (site.sequence, site.start, site.end, name, round(1000 * site.score), site.strand)
        return ("\t".join(map(str, fields)) + "\n").encode()


class WriteGFF3(Writer):
    """Sites in GFF3: counted from one, both ends included, the score a probability."""

    name: ClassVar[str] = "dna.gff3"
    suffix: ClassVar[str] = ".gff3"
    media_type: ClassVar[str] = "text/x-gff3"

    type: str | None = Field(
        None, min_length=1, description="the type of the sites, a term of the Sequence Ontology; none: their label"
    )

    def begin(self, first: Record | None) -> tuple[bytes, Layout]:
        """Return the line that a file begins with."""
        return b"##gff-version 3\n", None

    def encode(self, record: Record, layout: Layout = None) -> bytes:
        """Return the line.

        Raises:
            RecordError: the result is no site.
        """
        site = site_of(record)
        fields = (
            _escaped(site.sequence, _NOT_IN_A_SEQUENCE),
            "seqpipe",
            _escaped(self.type or site.label or ".", _NOT_IN_A_COLUMN),
            site.start + 1,
            site.end,
            f"{site.score:.4g}",
            site.strand,
            ".",
            f"Name={_escaped(site.label, _NOT_IN_AN_ATTRIBUTE)}",
        )
        return ("\t".join(map(str, fields)) + "\n").encode()


_NOT_IN_A_SEQUENCE = re.compile(r"[^a-zA-Z0-9.:^*$@!+_?|-]")
_NOT_IN_A_COLUMN = re.compile(r"[\x00-\x20%\x7f]")
_NOT_IN_AN_ATTRIBUTE = re.compile(r"[\x00-\x1f%;=&,\x7f]")


def _escaped(text: str, unsafe: re.Pattern[str]) -> str:
    """Return a text with its unsafe characters as in an address: ``%09`` for a tab."""
    return unsafe.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), text)
