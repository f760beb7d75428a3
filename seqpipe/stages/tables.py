"""Tables with named columns, of which one is the payload and one may be the target."""

from __future__ import annotations

import csv
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field, model_validator

from seqpipe.data import Record, Spec
from seqpipe.data.source import Source
from seqpipe.errors import InputError, Location, RecordError, did_you_mean
from seqpipe.stage import Reader
from seqpipe.stages.lines import decoded_lines, text_lines, text_record

Names = Annotated[tuple[str, ...], BeforeValidator(lambda names: tuple(names) if isinstance(names, list) else names)]
"""Names, as a list in YAML."""

_LONGEST_CELL = 1 << 30  # characters

Row = tuple[int, Sequence[str] | RecordError]
"""The line that a row begins at, and its cells or what is wrong with it."""


class _Table(Reader):
    columns: Names = Field((), description="the names of the columns, in order; if not given, the first line has them")
    payload: str = Field("", description="the column to process; if not given, the only one or the one named text")
    target: str = Field("", description="the column with what a network shall learn")

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
        rows = self._rows(source)
        columns = self.columns or self._header(source, rows)
        for position, cells in rows:
            if isinstance(cells, RecordError):
                yield cells
            elif len(cells) != len(columns):
                what = f"{len(cells)} cells instead of {len(columns)} ({', '.join(columns)})"
                yield RecordError(what, f"check the {self._separator} of this line", Location(source.name, position))
            else:
                values = dict(zip(columns, cells, strict=True))
                payload = values[self._payload(columns)]
                target = values[self.target] if self.target else None
                name = values.pop("id", "") or f"{source.name}:{position}"
                yield Record(name, payload, source.name, position, values, target)

    def record(self, payload: Any, position: int) -> Record:
        """Return the record of a text from Python or from ``--text``."""
        return text_record(payload, position, self._payload(self.columns))

    _separator: ClassVar[str]

    @abstractmethod
    def _rows(self, source: Source) -> Iterator[Row]: ...

    def _header(self, source: Source, rows: Iterator[Row]) -> Sequence[str]:
        position, cells = next(rows, (1, ()))
        if isinstance(cells, RecordError):
            raise InputError(cells.what, cells.todo, cells.where)
        where = Location(source.name, position)
        if not cells:
            raise InputError("empty, where a line with the columns' names should be", "give `columns:`", where)
        if problem := self._problem(cells):
            raise InputError(*problem, where)
        return cells

    def _payload(self, columns: Sequence[str]) -> str:
        return self.payload or (columns[0] if len(columns) == 1 else "text")

    def _problem(self, columns: Sequence[str]) -> tuple[str, str] | None:
        """Say what is wrong with the columns, and what to do; None if nothing is."""
        for index, name in enumerate(columns):
            if name in columns[:index]:
                return f"two columns are named {name!r}", "give each a name of its own"
        listed = f"the columns are {', '.join(columns)}"
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

    def _rows(self, source: Source) -> Iterator[Row]:
        for position, line in enumerate(text_lines(source), 1):
            yield position, line.split("\t") if isinstance(line, str) else line


class ReadCSV(_Table):
    """Tables separated by commas, with quotes where needed (RFC 4180); empty lines are skipped.

    A cell in quotes may go over several lines; the record's position is then the first of them.
    """

    name: ClassVar[str] = "core.csv"
    suffixes: ClassVar[tuple[str, ...]] = (".csv",)
    _separator: ClassVar[str] = "commas and quotes"

    def _rows(self, source: Source) -> Iterator[Row]:
        csv.field_size_limit(max(csv.field_size_limit(), _LONGEST_CELL))  # of the process; 128 KiB is too short
        bad: list[RecordError] = []

        def lines() -> Iterator[str]:
            for line, error in decoded_lines(source):
                if error:
                    bad.append(error)
                yield line

        rows = csv.reader(lines(), strict=True)
        while True:
            position = rows.line_num + 1
            try:
                cells = next(rows, None)
            except csv.Error as error:
                yield position, RecordError(f"not CSV: {error}", "check the quotes", Location(source.name, position))
                continue
            if cells is None:
                return
            if bad:
                yield position, bad[0]
            elif cells:
                yield position, cells
            bad.clear()
