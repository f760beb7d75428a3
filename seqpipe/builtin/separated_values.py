"""Tables of results: cells between commas or tabs. What they hold is described in ``docs/output.md``."""

from __future__ import annotations

import csv
import io
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Literal

from pydantic import Field

from seqpipe.builtin.result_fields import flat_fields, output_fields
from seqpipe.builtin.writers import as_text
from seqpipe.contracts import Layout, Writer
from seqpipe.contracts.fields import Names
from seqpipe.data import Record
from seqpipe.errors import RecordError


class _SeparatedValues(Writer):
    """A line with the names of the columns, then a line a result."""

    fields: Names = Field(
        (),
        description="the columns, in order, as `probabilities.good`, or `probabilities` for all of a mapping as JSON; "
        "one that a record lacks is an empty cell; if not given, those of the first record",
    )

    def begin(self, first: Record | None) -> tuple[bytes, Layout]:
        """Return the line with the names of the columns, those chosen, else those of the first record; and the names.

        Raises:
            RecordError: two values of the first record would stand in one column.
        """
        names = list(self.fields or (flat_fields(first) if first else ()))
        return (self._encoded(names) if names else b""), names

    def encode(self, record: Record, layout: Layout = None) -> bytes:
        """Return the line.

        Raises:
            RecordError: two values would stand in one column, or, without ``fields``, the record has a value for which
                the first one had no column.
        """
        flat = flat_fields(record)
        if list(flat) == layout:
            return self._encoded([as_text(value) for value in flat.values()])
        if not self.fields:
            _check_columns(flat, layout, record)
        whole = output_fields(record)
        return self._encoded([as_text(flat[name] if name in flat else _at(whole, name)) for name in layout])

    def _encoded(self, cells: Sequence[str]) -> bytes:
        return (self.line(cells) + "\n").encode(errors="backslashreplace")

    @abstractmethod
    def line(self, cells: Sequence[str]) -> str:
        """Return the line that holds some cells, without its end."""


class WriteTSV(_SeparatedValues):
    r"""A table separated by tabs, with the names of the columns in the first line.

    In a cell, a tab is written as ``\t``, a line end as ``\n`` or ``\r``, and a backslash as ``\\``. A value in a
    mapping has a column of its own, ``probabilities.good``; a list is in JSON, and null is an empty cell. Without
    ``fields``, the columns are those of the first record, and a later record with another one is an error.
    """

    name: ClassVar[str] = "core.tsv"
    suffix: ClassVar[str] = ".tsv"

    def line(self, cells: Sequence[str]) -> str:
        """Return the cells between tabs."""
        return "\t".join(cell.translate(_ESCAPED) for cell in cells)


class WriteCSV(_SeparatedValues):
    """A table separated by commas (RFC 4180), with the names of the columns in the first line.

    A cell with a separator, a quote or a line end in it stands in quotes. A value in a mapping has a column of its own,
    ``probabilities.good``; a list is in JSON, and null is an empty cell. Without ``fields``, the columns are those of
    the first record, and a later record with another one is an error.
    """

    name: ClassVar[str] = "core.csv"
    suffix: ClassVar[str] = ".csv"

    separator: Literal[",", ";", "\t", "|"] = Field(
        ",", description="what stands between cells; spreadsheets of some countries take semicolons"
    )

    def line(self, cells: Sequence[str]) -> str:
        """Return the cells between separators, in quotes where needed."""
        written = io.StringIO(newline="")
        csv.writer(written, delimiter=self.separator, lineterminator=_CSV_END).writerow(cells)
        return written.getvalue().removesuffix(_CSV_END)


def _check_columns(flat: Mapping[str, Any], columns: Sequence[str], record: Record) -> None:
    """Check that all values have a column, or a mapping that they are in; null needs none.

    Raises:
        RecordError: one has none.
    """
    known = set(columns)
    more = [name for name in flat.keys() - known if flat[name] is not None and not known & set(_mappings_of(name))]
    if more:
        raise RecordError(
            f"the table has no column for {min(more)!r}, which the first record did not have",
            "name the columns in the writer: `fields: [id, ...]`",
            record.location,
        )


def _mappings_of(name: str) -> Iterator[str]:
    """Yield the names of the mappings that a value may be in: ``a`` and ``a.b`` for ``a.b.c``."""
    parts = name.split(".")
    return (".".join(parts[:count]) for count in range(1, len(parts)))


def _at(fields: Mapping[str, Any], name: str) -> Any:
    """Return the mapping of a name, whose parts have dots between them; None if there is none."""
    if name in fields:
        return fields[name]
    for key, value in fields.items():
        if isinstance(value, dict) and name.startswith(f"{key}."):
            return _at(value, name.removeprefix(f"{key}."))
    return None


_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})

_CSV_END = "\r\n"
"""Python's writer puts cells with these in quotes, and those with other line ends only in its later versions."""
