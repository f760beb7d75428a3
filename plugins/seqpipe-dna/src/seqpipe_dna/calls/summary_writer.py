"""The writer of a table with a line a read."""

from __future__ import annotations

from typing import ClassVar

from seqpipe import Layout, Record, Writer
from seqpipe_dna.calls.called_read import called_read, number

_NUMBERS = ("length", "mean_quality", "samples", "samples_per_base")


class WriteSummary(Writer):
    """A table of called reads: id, length, mean quality, samples, samples a base; tabs between them, names above."""

    name: ClassVar[str] = "dna.summary"
    suffix: ClassVar[str] = ".tsv"

    def begin(self, first: Record | None) -> tuple[bytes, Layout]:
        """Return the line with the names."""
        return "\t".join(("id", *_NUMBERS)).encode("ascii") + b"\n", None

    def encode(self, record: Record, layout: Layout = None) -> bytes:
        """Return the line; what a read without bases does not have is an empty cell.

        Raises:
            RecordError: the record holds no called read.
        """
        values = (number(record, field) for field in _NUMBERS)
        cells = (called_read(record).name, *("" if value is None else f"{value:.10g}" for value in values))
        return ("\t".join(cells) + "\n").encode("ascii")
