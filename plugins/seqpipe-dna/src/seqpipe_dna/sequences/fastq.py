"""FASTQ: ``@name description``, lines of letters, ``+``, and as many lines of qualities (P. Cock et al., 2010)."""

from __future__ import annotations

from collections.abc import Iterator

from seqpipe import Location, RecordError, Source
from seqpipe_dna.sequences.file_events import Begun, Chunk, Event, Letters, letters_of

_LOWEST, _HIGHEST = 33, 126  # of the signs that stand for qualities


def fastq_events(lines: Iterator[Chunk], source: Source) -> Iterator[Event]:
    """Yield what is found: each whole read, or what is wrong with it.

    After an error, what follows is read over up to the next line that begins with ``@`` where a read may begin.

    Args:
        lines: of the file, from its first header.
        source: for the places of errors, and how long a read may be.
    """
    whole = _whole_lines(lines, source.longest)
    line = next(whole, None)
    while line is not None:
        if not line.content.strip():
            line = next(whole, None)
        elif line.content.startswith(b"@"):
            found, line = _read(line, whole, source)
            yield from found
        else:
            yield Begun.of_header(b"", source, line.line)
            yield RecordError("a read must begin with '@'", "check the lines before", Location(source.name, line.line))
            while line is not None and not line.content.startswith(b"@"):
                line = next(whole, None)


def _whole_lines(chunks: Iterator[Chunk], longest: int | None) -> Iterator[Chunk]:
    """Yield lines without their ends; of one that is longer than a read may be, only so much that this can be seen."""
    held = bytearray()
    for chunk in chunks:
        if longest is None or len(held) <= longest:
            held += chunk.content
        if chunk.content.endswith(b"\n"):
            yield Chunk(bytes(held.rstrip(b"\r\n")), chunk.line, 1)
            held.clear()
    if held:
        yield Chunk(bytes(held.rstrip(b"\r\n")), chunk.line, 1)


def _read(header: Chunk, lines: Iterator[Chunk], source: Source) -> tuple[list[Event], Chunk | None]:
    """Return the events of a read, and the line after it."""
    begun = Begun.of_header(header.content[1:], source, header.line)

    def fails(what: str, todo: str, line: int) -> list[Event]:
        return [begun, RecordError(what, todo, Location(source.name, line))]

    letters: list[Letters | RecordError] = []
    count, size = 0, 0
    line = next(lines, None)
    while line is not None and not line.content.startswith((b"+", b"@")):
        count, size = count + 1, size + len(line.content)
        if source.longest is None or size <= source.longest:
            letters.append(letters_of(line, source))
        line = next(lines, None)
    if line is None or line.content.startswith(b"@"):
        return fails(f"the read {begun.name!r} has no line with '+'", "copy the file again", header.line), line
    qualities, last = 0, line.line
    for _ in range(count):
        line = next(lines, None)
        if line is None:
            break
        last = line.line
        qualities += len(line.content)
        if any(not _LOWEST <= byte <= _HIGHEST for byte in line.content):
            wrong_sign = fails(f"the qualities of {begun.name!r} have a sign of none", "copy the file again", last)
            return wrong_sign, next(lines, None)
    following = next(lines, None) if line is not None else None
    if source.longest is not None and max(size, qualities) > source.longest:
        todo = "raise limits.record_mb, or leave it out"
        return fails(f"the read {begun.name!r} is longer than {source.longest:,} letters", todo, header.line), following
    if qualities != size:
        what = f"{qualities:,} qualities for the {size:,} letters of {begun.name!r}"
        return fails(what, "the file may be cut off", last), following
    wrong = next((found for found in letters if isinstance(found, RecordError)), None)
    return [begun, *([wrong] if wrong else letters)], following
