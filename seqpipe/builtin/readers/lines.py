"""Plain text, a record a line; and the lines that the other readers of text are made from."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from typing import Any, ClassVar

from pydantic import Field

from seqpipe.builtin.readers.encodings import UTF_8, Encoding, in_utf8
from seqpipe.contracts import Reader
from seqpipe.data import Record, Spec
from seqpipe.data.source import Source
from seqpipe.errors import InputError, Location, RecordError

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
"""May stand at the beginning of a file, and is dropped."""


class TextReader(Reader):
    """Reads files of text."""

    encoding: Encoding = Field(UTF_8, description="how the files have their characters: `latin-1`, `utf-16`, ...")


class LineReader(TextReader):
    """Reads files of text, a record a line; what is special of a format is how a line is parsed."""

    @property
    def spec(self) -> Spec:
        """Text."""
        return Spec(kind="text")

    def read(self, source: Source) -> Iterator[Record | RecordError]:
        """Yield a record a line, and a `RecordError` in place of a line that cannot be parsed, or not be read."""
        for position, raw, line in text_lines(source, encoding=self.encoding):
            if isinstance(line, RecordError):
                yield line
                continue
            try:
                record = self.parse(line, source.name, position, raw)
            except RecordError as error:
                yield error.with_raw(raw)
            else:
                if record is not None:
                    yield record

    @abstractmethod
    def parse(self, line: str, source: str, position: int, raw: bytes) -> Record | None:
        """Return the record of a line; None for a line without any.

        Args:
            line: without its end.
            source: the name of the file.
            position: of the line, counted from one.
            raw: the line's bytes, which `Record.raw` keeps.

        Raises:
            RecordError: there is no record to be made of it.
        """


class ReadLines(LineReader):
    r"""Text in UTF-8, a record a line.

    An empty line is an empty record, so that lines in and records out correspond. Lines end with ``\n`` or ``\r\n``,
    which are not part of the payload. A byte order mark at the beginning is dropped. The record's id is
    ``<source>:<line>``, and the column ``text`` passes the line through to the output.
    """

    name: ClassVar[str] = "core.lines"
    suffixes: ClassVar[tuple[str, ...]] = (".txt",)

    def parse(self, line: str, source: str, position: int, raw: bytes) -> Record | None:
        """Return the record of a line; there is none that has no record."""
        return Record(f"{source}:{position}", line, source, position, {"text": line}, raw=raw)

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
    raw = payload.encode(errors="surrogatepass")
    return Record(str(position), payload, position=position, columns={column: payload}, raw=raw)


def text_lines(
    source: Source, first: int | None = None, encoding: str = UTF_8
) -> Iterator[tuple[int, bytes, str | RecordError]]:
    r"""Yield the position of each line, its bytes, and its text without its end (``\n`` or ``\r\n``) or what is wrong.

    A bad line ends nothing. One that is longer than the source allows is read over and has no bytes.

    Args:
        source: to read.
        first: the position of its first line, if that is not the first record.
        encoding: of its characters; the bytes that are given are always UTF-8.

    Raises:
        InputError: the source cannot be read.
    """
    for position, raw in enumerate(raw_lines(source, encoding), source.first if first is None else first):
        line: str | RecordError
        try:
            line = raw.removeprefix(BYTE_ORDER_MARK).decode() if position == 1 else raw.decode()
        except UnicodeDecodeError as error:
            line = not_utf8(error, raw, Location(source.name, position))
        if not raw:
            line = too_long(source, position)
        elif raw.endswith(b"\n") and isinstance(line, str):
            line = line[:-2] if raw.endswith(b"\r\n") else line[:-1]
        yield position, raw, line


def raw_lines(source: Source, encoding: str = UTF_8) -> Iterator[bytes]:
    r"""Yield each line in UTF-8, with its end; ``b""`` stands for one that is longer than the source allows.

    Args:
        source: to read; an excerpt is in UTF-8.
        encoding: of its characters.

    Raises:
        InputError: the source cannot be read, or its characters are not in this encoding.
    """
    limit = -1 if source.longest is None else source.longest + 1
    where = source.location
    if source.excerpt is not None:
        encoding = UTF_8
    with source.open() as opened, in_utf8(opened, encoding, where) as file:
        while line := file.readline(limit):
            if limit < 0 or len(line) < limit:
                yield line
                continue
            while line and not line.endswith(b"\n"):
                line = file.readline(limit)
            yield b""


def not_utf8(error: UnicodeDecodeError, raw: bytes, where: Location) -> RecordError:
    """Return what is wrong with a line."""
    byte = error.object[error.start]
    what = f"not valid UTF-8: 0x{byte:02x} is byte {error.start + 1} of the line"
    return RecordError(what, "save it as UTF-8, or set `encoding`", where, raw=raw)


def too_long(source: Source, position: int) -> RecordError:
    """Return what is wrong with a line, or with what is read as one."""
    what = f"longer than {source.longest:,} bytes"
    return RecordError(what, "check that lines end, or raise limits.record_mb", Location(source.name, position))
