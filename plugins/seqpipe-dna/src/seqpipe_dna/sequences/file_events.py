"""What is found in a file of sequences, in its order: where each begins, and its letters as they come."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from seqpipe import Location, RecordError, Source

BYTES = 1 << 16
"""Bytes that are read at a time of a line without an end."""

_CODES = b"ACGTURYSWKMBDHVN" + b"acgturyswkmbdhvn"
_WHITE = b" \t\r\n\v\f"


class Begun(NamedTuple):
    """A sequence begins.

    Attributes:
        name: the first word of its header.
        description: the rest of the header.
        line: of the header.
    """

    name: str
    description: str
    line: int

    @classmethod
    def of_header(cls, header: bytes, source: Source, line: int) -> Begun:
        """Return what a header, without its first sign, says; a sequence without a name is called by its place."""
        words = header.decode(errors="replace").strip().split(maxsplit=1)
        name = words[0] if words else f"{source.name}:{line}"
        return cls(name, words[1] if len(words) > 1 else "", line)


class Letters(NamedTuple):
    """Letters of the sequence that has begun, and the line that they stand in."""

    letters: bytes
    line: int


Event = Begun | Letters | RecordError
"""What is found; an error stands for the rest of the sequence that has begun."""


class Chunk(NamedTuple):
    """A line, or some of one that is very long.

    Attributes:
        content: the bytes, with the end of the line.
        line: its number.
        column: of the first byte, counted from one.
    """

    content: bytes
    line: int
    column: int


def chunks(file: BinaryIO, first: int) -> Iterator[Chunk]:
    """Yield the lines of a file, those that are very long in several chunks; ``first`` is the number of the first."""
    line, column = first, 1
    while content := file.readline(BYTES):
        yield Chunk(content, line, column)
        if content.endswith(b"\n"):
            line, column = line + 1, 1
        else:
            column += len(content)


def letters_of(chunk: Chunk, source: Source) -> Letters | RecordError:
    """Return the letters of a chunk without blanks; an error with the place of the first that stands for no base."""
    letters = chunk.content.translate(None, _WHITE)
    wrong = letters.translate(None, _CODES)
    if not wrong:
        return Letters(letters, chunk.line)
    column = chunk.column + chunk.content.index(wrong[:1])
    what = f"{_shown(wrong[0])} is no base"
    if wrong[:1].upper() in b"EFIJLOPQXZ*":
        what += ": is it a protein?"
    elif wrong[:1] in b"-.":
        what += " but a gap"
    todo = "the codes are A C G T U R Y S W K M B D H V N"
    return RecordError(what, todo, Location(source.name, chunk.line, column))


def _shown(byte: int) -> str:
    return repr(chr(byte)) if byte < 128 else f"0x{byte:02x}"
