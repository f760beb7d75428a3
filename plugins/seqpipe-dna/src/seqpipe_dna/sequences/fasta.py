"""FASTA: a line ``>name description`` and lines of letters, any number of them (W. Pearson, D. Lipman, 1988)."""

from __future__ import annotations

from collections.abc import Iterator

from seqpipe import RecordError, Source
from seqpipe_dna.sequences.file_events import Begun, Chunk, Event, letters_of


def fasta_events(lines: Iterator[Chunk], source: Source) -> Iterator[Event]:
    """Yield what is found; after a letter that stands for no base the rest of its sequence is read over.

    Args:
        lines: of the file, from its first header.
        source: for the places of errors.
    """
    over = False
    in_header = False
    for chunk in lines:
        if chunk.column == 1:
            in_header = chunk.content.startswith(b">")
            if in_header:
                yield Begun.of_header(chunk.content[1:], source, chunk.line)
                over = False
        if not over and not in_header:
            found = letters_of(chunk, source)
            yield found
            over = isinstance(found, RecordError)
