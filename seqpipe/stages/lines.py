"""Plain text, a record a line; and the lines that the other readers of text are made from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from seqpipe.data import Record, Spec
from seqpipe.data.source import Source
from seqpipe.errors import InputError, Location, RecordError
from seqpipe.stage import Reader

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class ReadLines(Reader):
    r"""Text in UTF-8, a record a line.

    An empty line is an empty record, so that lines in and records out correspond. Lines end with ``\n`` or ``\r\n``,
    which are not part of the payload. A byte order mark at the beginning is dropped. The record's id is
    ``<source>:<line>``, and the column ``text`` passes the line through to the output.
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

    def record(self, payload: Any, position: int) -> Record:
        """Return the record of a text from Python or from ``--text``."""
        return text_record(payload, position, "text")


def text_record(payload: Any, position: int, column: str) -> Record:
    """Return the record of a text that comes from no source, with the column that passes it through.

    Raises:
        InputError: it is not a text.
    """
    if not isinstance(payload, str):
        where = Location(f"record {position}")
        raise InputError(f"a text must be a str, not {type(payload).__name__}", "pass a str", where)
    return Record(str(position), payload, position=position, columns={column: payload})


def text_lines(source: Source) -> Iterator[str | RecordError]:
    r"""Yield each line without its end (``\n`` or ``\r\n``), or what is wrong with it; a bad line ends nothing.

    Raises:
        InputError: the source cannot be read.
    """
    for line, error in decoded_lines(source):
        if error:
            yield error
        elif line.endswith("\n"):
            yield line[:-2] if line.endswith("\r\n") else line[:-1]
        else:
            yield line


def decoded_lines(source: Source) -> Iterator[tuple[str, RecordError | None]]:
    r"""Yield each line with its end, and what is wrong with it; then U+FFFD stands for the bytes that are.

    Raises:
        InputError: the source cannot be read.
    """
    with source.open() as file:
        for position, line in enumerate(file, 1):
            if position == 1:
                line = line.removeprefix(_BYTE_ORDER_MARK)  # noqa: PLW2901 - still the same line
            try:
                yield line.decode(), None
            except UnicodeDecodeError as error:
                yield line.decode(errors="replace"), _not_utf8(error, Location(source.name, position))


def _not_utf8(error: UnicodeDecodeError, where: Location) -> RecordError:
    byte = error.object[error.start]
    return RecordError(
        f"not valid UTF-8: 0x{byte:02x} is byte {error.start + 1} of the line", "save the file as UTF-8", where
    )
