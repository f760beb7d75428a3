"""Plain text, a record a line; and the lines that the other readers of text are made from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from seqpipe.data import Record, Spec
from seqpipe.data.source import Source
from seqpipe.errors import InputError, Location, RecordError
from seqpipe.stage import Reader

_BOM = b"\xef\xbb\xbf"


class Lines(Reader):
    r"""Text in UTF-8, a record a line; an empty line is an empty record, so lines in and records out correspond.

    Lines end with ``\n`` or ``\r\n``, which are not part of the payload. A byte order mark at the beginning is dropped.
    The record's id is ``<source>:<line>``, and the column ``text`` passes the line through to the output.
    """

    name: ClassVar[str] = "core.lines"
    suffixes: ClassVar[tuple[str, ...]] = (".txt",)

    @property
    def spec(self) -> Spec:
        """Text."""
        return Spec(kind="text")

    def read(self, source: Source) -> Iterator[Record | RecordError]:
        """Yield a record a line, and a `RecordError` in place of a line that is not valid UTF-8."""
        name = source.name
        for position, line in enumerate(text_lines(source), 1):
            if isinstance(line, str):
                yield Record(f"{name}:{position}", line, name, position, {"text": line})
            else:
                yield line

    def record(self, payload: object, position: int) -> Record:
        """Return the record of a text from Python or from ``--text``."""
        if not isinstance(payload, str):
            where = Location(f"record {position}")
            raise InputError(f"a text must be a str, not {type(payload).__name__}", "pass a str", where)
        return Record(str(position), payload, position=position, columns={"text": payload})


def text_lines(source: Source) -> Iterator[str | RecordError]:
    r"""Yield each line without its end (``\n`` or ``\r\n``), or what is wrong with it; a bad line ends nothing.

    Raises:
        InputError: the source cannot be read.
    """
    with source.open() as file:
        for position, line in enumerate(file, 1):
            if position == 1:
                line = line.removeprefix(_BOM)  # noqa: PLW2901 - the same line, cleaned
            try:
                text = line.decode()
            except UnicodeDecodeError as error:
                yield _not_utf8(error, Location(source.name, position))
                continue
            if text.endswith("\n"):
                text = text[:-2] if text.endswith("\r\n") else text[:-1]
            yield text


def _not_utf8(error: UnicodeDecodeError, where: Location) -> RecordError:
    byte = error.object[error.start]
    return RecordError(
        f"not valid UTF-8: byte 0x{byte:02x} at byte {error.start + 1} of the line", "save the file as UTF-8", where
    )
