"""The first rows of a table, and what its columns are like."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

from seqpipe.builtin.readers.columnar import ReadArrow, ReadParquet
from seqpipe.builtin.readers.json_lines import ReadJSONLines, parsed_object
from seqpipe.builtin.readers.lines import text_lines
from seqpipe.builtin.readers.tables import ReadCSV, ReadTSV
from seqpipe.data.source import Source
from seqpipe.errors import InputError, Location, RecordError
from seqpipe.limits import Limits

MOST_LABELS = 200
"""Different labels; what has more is hardly a class."""

ROWS = 10_000
"""Rows that are looked at."""


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        name: of the column.
        values: of the rows that were looked at, but for empty ones.
        empty: how many of the rows have none.
    """

    name: str
    values: Sequence[Any]
    empty: int

    @cached_property
    def counts(self) -> Counter[str]:
        """How often there is each value."""
        return Counter(str(value) for value in self.values)

    @cached_property
    def words(self) -> float:
        """The mean number of words in a value."""
        return sum(len(str(value).split()) for value in self.values) / max(len(self.values), 1)

    @cached_property
    def characters(self) -> float:
        """The mean number of characters in a value."""
        return sum(len(str(value)) for value in self.values) / max(len(self.values), 1)

    @cached_property
    def is_series(self) -> bool:
        """Whether each value is a list of numbers, or of lists of numbers."""
        return bool(self.values) and all(map(_is_series, self.values))

    @cached_property
    def is_labels(self) -> bool:
        """Whether each value is a list of texts, as of one label for each position."""
        return bool(self.values) and all(
            isinstance(value, list) and value and all(isinstance(item, str) for item in value) for value in self.values
        )

    @cached_property
    def is_plain(self) -> bool:
        """Whether each value is a text, a number, true or false."""
        return bool(self.values) and not any(isinstance(value, list | dict) for value in self.values)

    @cached_property
    def is_numeric(self) -> bool:
        """Whether each value is a number, or a text that is one."""
        return self.is_plain and all(_is_number(value) for value in self.values)


@dataclass(frozen=True)
class Files:
    """Files that a record is made of each.

    Attributes:
        column: which has their paths, or what they hold where that is text.
        reader: the name of the stage that reads them.
        tokenizer: the name of the one that makes frames of what they hold; empty: they hold text.
        pattern: finds the label in a path; empty: it is the folder's name.
    """

    column: str
    reader: str
    tokenizer: str
    pattern: str = ""


@dataclass(frozen=True)
class TableSample:
    """The first rows of a table.

    Attributes:
        path: of the table.
        reader: the name of the stage that reads it.
        columns: in their order.
        rows: how many were looked at.
        about: how many there are, about.
        header: whether the first line names the columns; a table of objects always does.
        bad: how many of the rows cannot be read.
        files: that the rows name; None: they hold all that is read.
    """

    path: str
    reader: str
    columns: Sequence[Column]
    rows: int
    about: int
    header: bool
    bad: int
    files: Files | None = None

    def of_files(self, files: Files, values: Sequence[Any]) -> TableSample:
        """Return the sample with files, whose values are those of their column."""
        columns = [replace(column, values=values) if column.name == files.column else column for column in self.columns]
        return replace(self, columns=columns, files=files)

    def column(self, name: str) -> Column:
        """Return the column of a name, which must be there."""
        return next(column for column in self.columns if column.name == name)


TABLES = (".csv", ".tsv", ".jsonl", ".ndjson", ".parquet", ".arrow", ".arrows", ".feather")
"""Endings of tables."""


def sample_of_table(path: str) -> TableSample:
    """Return the first rows of a table, or of plain lines of text, perhaps compressed.

    Raises:
        InputError: it cannot be read, holds nothing, or is no table.
        PluginError: a library that reads it is not installed.
    """
    source = Source(path, 1, longest=Limits().record_bytes)
    sample = _read(path, source)
    return replace(sample, about=_about(path, sample)) if sample.about > ROWS else sample


def _about(path: str, sample: TableSample) -> int:
    """Return how many rows a table has, about: as many as fit its size, packed to a third where it is packed."""
    characters = sum(len(str(value)) + 1 for column in sample.columns for value in column.values)
    size = Path(path).stat().st_size * (3 if Source(path).compression or path.endswith(ReadParquet.suffixes) else 1)
    return max(size * sample.rows // max(characters, 1), sample.rows)


def _read(path: str, source: Source) -> TableSample:
    ending = source.suffix.removeprefix(".")
    if ending in {"csv", "tsv"}:
        table = ReadCSV() if ending == "csv" else ReadTSV()
        return _of_cells(path, table.name, [cells for _, _, cells in islice(table.rows(source, 1), ROWS + 1)])
    if ending in {"jsonl", "ndjson"}:
        return _of_objects(path, list(islice(_objects(source), ROWS + 1)))
    for columnar in (ReadParquet, ReadArrow):
        if source.suffix in columnar.suffixes:
            return _of_objects(path, list(islice(columnar().rows(source, any_columns=True), ROWS + 1)), columnar.name)
    if ending == "txt":
        lines = [[line] if isinstance(line, str) else line for _, _, line in islice(text_lines(source, 1), ROWS + 1)]
        return _sample(path, "core.lines", ["text"], lines, header=False)
    todo = "give a table: .csv, .tsv, .jsonl, .parquet or .txt, perhaps with .gz or .zst behind"
    raise InputError("nothing is known about files of this ending", todo, Location(path))


def _of_cells(path: str, reader: str, rows: Sequence[Sequence[str] | RecordError]) -> TableSample:
    head, *rest = rows or [()]
    if isinstance(head, RecordError) or not head:
        raise InputError("it has no first line with cells", "give a table with some rows", Location(path))
    header = _is_header(head, rest)
    names = list(head) if header else [f"column{number}" for number in range(1, len(head) + 1)]
    return _sample(path, reader, names, rest if header else rows, header=header)


def _is_header(head: Sequence[str], rows: Sequence[Sequence[str] | RecordError]) -> bool:
    """Whether a first row names columns: none of its cells is a number, empty, long, or a value in its own column."""
    if any(not cell or _is_number(cell) or len(cell) > 60 for cell in head) or len(set(head)) < len(head):
        return False
    whole = [row for row in rows if not isinstance(row, RecordError) and len(row) == len(head)]
    return not any(cell in {row[index] for row in whole} for index, cell in enumerate(head))


def _of_objects(
    path: str, objects: Sequence[dict[str, Any] | RecordError], reader: str = ReadJSONLines.name
) -> TableSample:
    names = list(dict.fromkeys(key for fields in objects if isinstance(fields, dict) for key in fields))
    rows = [[fields.get(name) for name in names] if isinstance(fields, dict) else fields for fields in objects]
    return _sample(path, reader, names, rows, header=True)


def _objects(source: Source) -> Iterator[dict[str, Any] | RecordError]:
    for position, _, line in text_lines(source, 1):
        if isinstance(line, RecordError):
            yield line
        elif line.strip():
            try:
                yield parsed_object(line, Location(source.name, position))
            except RecordError as error:
                yield error


def _sample(
    path: str, reader: str, names: Sequence[str], rows: Sequence[Sequence[Any] | RecordError], *, header: bool
) -> TableSample:
    seen = rows[:ROWS]
    whole = [row for row in seen if not isinstance(row, RecordError) and len(row) == len(names)]
    if not whole:
        raise InputError("it has no rows that can be read", "give a table with some rows", Location(path))
    columns = []
    for index, name in enumerate(names):
        values = [row[index] for row in whole if row[index] not in (None, "", [])]
        columns.append(Column(name, values, len(whole) - len(values)))
    return TableSample(
        path, reader, columns, len(whole), len(rows) if len(rows) > ROWS else len(whole), header, len(seen) - len(whole)
    )


def has_few(column: Column) -> bool:
    """Whether a column has a few values that come again and again, as labels do."""
    return 2 <= len(column.counts) <= min(MOST_LABELS, len(column.values) // 3) and column.words < 4


def _is_number(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True


def _is_series(value: Any) -> bool:
    if not isinstance(value, list) or not value:
        return False
    return all(type(item) in (int, float) for item in value) or all(map(_is_series, value))
