"""Tables with named columns, of which one is the payload and one may be the target."""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from typing import Any, ClassVar, Literal

from pydantic import Field, model_validator

from seqpipe.builtin.readers.csv_cells import CellError, csv_cells, separator_of
from seqpipe.builtin.readers.lines import (
    BYTE_ORDER_MARK,
    TextReader,
    not_utf8,
    raw_lines,
    text_lines,
    text_record,
    too_long,
)
from seqpipe.contracts.fields import Names
from seqpipe.data import Record, Spec
from seqpipe.data.source import Source
from seqpipe.errors import InputError, Location, RecordError, did_you_mean

_SHOWN = 20
"""Columns that a message names."""

TableRow = tuple[int, bytes, Sequence[str] | RecordError]
"""The line that a row begins at, its bytes, and its cells or what is wrong with it."""


class _Table(TextReader):
    columns: Names = Field((), description="the names of the columns, in order; if not given, the first line has them")
    payload: str = Field("", description="the column to process; if not given, the only one or the one named text")
    target: str = Field("", description="the column with what a network should learn")

    @model_validator(mode="after")
    def _check_columns(self) -> _Table:
        if self.columns and (problem := self._problem(self.columns)):
            raise ValueError(f"{problem[0]} ({problem[1]})")
        return self

    @property
    def spec(self) -> Spec:
        """Text."""
        return Spec(kind="text")

    def read(self, source: Source) -> Iterator[Record | RecordError]:
        """Yield a record a row, and a `RecordError` in place of a row that cannot be read.

        A column named ``id`` gives the records' ids; else the id is ``<source>:<line>``. The other columns are passed
        through, the payload and the target with them.

        Raises:
            InputError: the source cannot be read, or its first line is not a header that fits.
        """
        excerpt_has_header = source.excerpt is not None and not self.columns
        with closing(self.rows(source, source.first - 1 if excerpt_has_header else source.first)) as rows:
            yield from self._records(source, rows)  # an error that is kept must not keep the file open

    def _records(self, source: Source, rows: Iterator[TableRow]) -> Iterator[Record | RecordError]:
        head, columns = (b"", self.columns) if self.columns else self._header(source, rows)
        payload_column = self._payload(columns)
        for position, row, cells in rows:
            raw = head + row
            if isinstance(cells, RecordError):
                yield cells.with_raw(raw if row else None)
            elif len(cells) != len(columns):
                what = f"{len(cells)} cell{'s' * (len(cells) != 1)} instead of {len(columns)} ({', '.join(columns)})"
                todo = f"check the {self._separator} of this line"
                yield RecordError(what, todo, Location(source.name, position), raw=raw)
            else:
                values = dict(zip(columns, cells, strict=True))
                payload = values[payload_column]
                target = values[self.target] if self.target else None
                name = values.pop("id", "") or f"{source.name}:{position}"
                yield Record(name, payload, source.name, position, values, target, raw=raw)

    def record(self, payload: Any, position: int) -> Record:
        """Return the record of a text from Python or from ``--text``."""
        return text_record(payload, position, self.payload_key)

    @property
    def payload_key(self) -> str:
        """The name of the column that is processed."""
        return self._payload(self.columns)

    _separator: ClassVar[str]

    @abstractmethod
    def rows(self, source: Source, first: int) -> Generator[TableRow, None, None]:
        """Yield the rows, with the line of names where there is one; the first line has the number ``first``."""

    def _header(self, source: Source, rows: Iterator[TableRow]) -> tuple[bytes, Sequence[str]]:
        """Return the line with the columns' names, and the names."""
        position, raw, cells = next(rows, (1, b"", ()))
        if isinstance(cells, RecordError):
            raise InputError(cells.what, cells.todo, cells.where)
        where = Location(source.name, position)
        if not cells:
            raise InputError("empty, where a line with the columns' names should be", "give `columns:`", where)
        if problem := self._problem(cells):
            raise InputError(*problem, where)
        return raw.removeprefix(BYTE_ORDER_MARK), cells

    def _payload(self, columns: Sequence[str]) -> str:
        return self.payload or (columns[0] if len(columns) == 1 else "text")

    def _problem(self, columns: Sequence[str]) -> tuple[str, str] | None:
        """Say what is wrong with the columns, and what to do; None if nothing is."""
        counts = Counter(columns)
        if len(counts) < len(columns):
            twice = next(name for name in columns if counts[name] > 1)
            return f"two columns are named {twice!r}", "give each a name of its own"
        shown = ", ".join(columns[:_SHOWN]) + f", and {len(columns) - _SHOWN:,} more" * (len(columns) > _SHOWN)
        listed = f"the columns are {shown}"
        payload = self._payload(columns)
        if payload not in columns and not self.payload:
            return "which column is the payload is not clear", f"give `payload:`; {listed}"
        for role, name in (("payload", payload), ("target", self.target)):
            if name and name not in columns:
                return f"no column {name!r} for the {role}", did_you_mean(name, columns, listed)
        return None


class ReadTSV(_Table):
    """Tables separated by tabs, a record a line, without any quoting, as in most data sets for text."""

    name: ClassVar[str] = "core.tsv"
    suffixes: ClassVar[tuple[str, ...]] = (".tsv",)
    _separator: ClassVar[str] = "tabs"

    def rows(self, source: Source, first: int) -> Generator[TableRow, None, None]:
        """Yield the cells between tabs."""
        for position, raw, line in text_lines(source, first, self.encoding):
            yield position, raw, line.split("\t") if isinstance(line, str) else line


class ReadCSV(_Table):
    """Tables with commas between cells, and quotes where needed (RFC 4180); empty lines are skipped.

    A cell in quotes may go over several lines; the record's position is then the first of them. Spreadsheets of some
    countries, and some programs, put semicolons, tabs or bars between cells; the header shows which.
    """

    name: ClassVar[str] = "core.csv"
    suffixes: ClassVar[tuple[str, ...]] = (".csv",)
    _separator: ClassVar[str] = "separators and quotes"

    separator: Literal[",", ";", "\t", "|"] | None = Field(
        None, description="what stands between cells; none: what the header has most of, or a comma"
    )

    def rows(self, source: Source, first: int) -> Generator[TableRow, None, None]:
        """Yield the cells between separators, without empty lines."""
        lines = _CsvLines(source, first, self.encoding)
        separator: str | None = self.separator or ("," if self.columns else None)
        while (line := next(lines, None)) is not None:
            position = lines.position
            separator = separator or separator_of(line)
            cells: Sequence[str] | RecordError
            try:
                cells = csv_cells(line, lines, source.longest, separator)
            except CellError as error:
                cells = RecordError(
                    f"not CSV: {error}",
                    "check the quotes, and that lines end with line feeds",
                    Location(source.name, position),
                )
            raw, bad = lines.taken()
            if bad or cells:
                yield position, raw, bad or cells


class _CsvLines(Iterator[str]):
    """The lines of a source as the CSV parser takes them, and what they were before.

    Attributes:
        position: of the last line.
    """

    def __init__(self, source: Source, first: int, encoding: str) -> None:
        self.source = source
        self.position = first - 1
        self._lines = raw_lines(source, encoding)
        self._raw: list[bytes] = []
        self._bad: RecordError | None = None

    def __next__(self) -> str:
        raw = next(self._lines)
        self.position += 1
        self._raw.append(raw)
        if not raw:
            self._bad = self._bad or too_long(self.source, self.position)
        text = raw.removeprefix(BYTE_ORDER_MARK) if self.position == 1 else raw
        try:
            return text.decode()
        except UnicodeDecodeError as error:
            self._bad = self._bad or not_utf8(error, raw, Location(self.source.name, self.position))
            return text.decode(errors="replace")

    def taken(self) -> tuple[bytes, RecordError | None]:
        """Return the bytes of the lines since the last call, and the first thing that is wrong with them."""
        raw, bad = self._raw, self._bad
        self._raw, self._bad = [], None
        return b"".join(raw) if all(raw) else b"", bad
