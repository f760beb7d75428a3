"""Parquet and Arrow: results in columns. A file of these forms is made at once, of lines that a run can append to."""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO, ClassVar

from seqpipe.builtin.writers import WriteJSONLines, as_text
from seqpipe.contracts import Layout
from seqpipe.data import Record
from seqpipe.extras import imported_extra

ROWS, LARGEST = 1 << 14, 1 << 26
"""Rows that lie together in a file at most, and the bytes of JSON that they may have taken."""


_SURROGATE = b"\\ud"
"""How half a surrogate pair begins in JSON."""


class ColumnarWriter(WriteJSONLines):
    """Writes results in columns, whose types are found when all results are there."""

    assembled: ClassVar[bool] = True

    def begin(self, first: Record | None) -> tuple[bytes, Layout]:
        """Return nothing that would stand before the first result, and no layout.

        Raises:
            PluginError: pyarrow is not installed, which had better be known now than at the end.
        """
        imported_extra("pyarrow", "parquet", self.name)
        return b"", None

    def assemble(self, encoded: BinaryIO, file: BinaryIO) -> None:
        """Make the file: look at all results for the types of the columns, then write them, a group of rows at a time.

        Raises:
            PluginError: pyarrow is not installed.
        """
        arrow = imported_extra("pyarrow", "parquet", self.name)
        types: dict[str, Any] = {}
        for rows in _groups(encoded):
            for name, values in _columns(rows).items():
                types[name] = _wider(arrow, types.get(name, arrow.null()), _type_of(arrow, values))
        encoded.seek(0)
        schema = arrow.schema(list(types.items()))
        with self.opened(file, schema) as writer:
            for rows in _groups(encoded):
                columns = _columns(rows)
                missing = [None] * len(rows)
                arrays = [_array(arrow, columns.get(name, missing), kind) for name, kind in types.items()]
                writer.write_table(arrow.Table.from_arrays(arrays, schema=schema))

    @abstractmethod
    def opened(self, file: BinaryIO, schema: Any) -> Any:
        """Return what writes tables to a file: a context manager, which ends the file."""


class WriteParquet(ColumnarWriter):
    """Parquet (`pip install 'seqpipe-core[parquet]'`): columns of numbers, texts, lists and structs.

    The columns are those of all results, and their types are found in these: one in which whole numbers and others are
    mixed holds the latter, one in which values are of different kinds holds text, what is no text in JSON. The file is
    made when the run is complete; until then the results lie beside it as JSON Lines.
    """

    name: ClassVar[str] = "core.parquet"
    suffix: ClassVar[str] = ".parquet"

    def opened(self, file: BinaryIO, schema: Any) -> Any:
        """Return a writer of Parquet, compressed by Zstandard."""
        parquet = imported_extra("pyarrow.parquet", "parquet", self.name)
        return parquet.ParquetWriter(file, schema, compression="zstd")


class WriteArrow(ColumnarWriter):
    """Arrow's IPC format, which is also Feather's; in all else as `core.parquet`."""

    name: ClassVar[str] = "core.arrow"
    suffix: ClassVar[str] = ".arrow"
    other_suffixes: ClassVar[tuple[str, ...]] = (".feather",)

    def opened(self, file: BinaryIO, schema: Any) -> Any:
        """Return a writer of Arrow files."""
        return imported_extra("pyarrow.ipc", "parquet", self.name).new_file(file, schema)


def _groups(lines: BinaryIO) -> Iterator[list[dict[str, Any]]]:
    """Yield the objects that some lines hold, as many at a time as fit."""
    rows: list[dict[str, Any]] = []
    size = 0
    for line in lines:
        row = json.loads(line)
        rows.append(_in_utf8(row) if _SURROGATE in line else row)
        size += len(line)
        if len(rows) == ROWS or size >= LARGEST:
            yield rows
            rows, size = [], 0
    if rows:
        yield rows


def _columns(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Return the values of all rows by their names; where a row has none, null."""
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: [row.get(name) for row in rows] for name in names}


def _type_of(arrow: Any, values: Sequence[Any]) -> Any:
    """Return the type that holds some values as they are, else that of text."""
    try:
        kind = arrow.array(values).type
    except (arrow.ArrowException, ValueError, OverflowError):
        return arrow.string()
    return kind if _is_writable(arrow, kind) else arrow.string()


def _wider(arrow: Any, first: Any, second: Any) -> Any:
    """Return the type that holds the values of two types, else that of text."""
    schemas = [arrow.schema([("", kind)]) for kind in (first, second)]
    try:
        return arrow.unify_schemas(schemas, promote_options="permissive").field(0).type
    except arrow.ArrowException:
        return arrow.string()


def _is_writable(arrow: Any, kind: Any) -> bool:
    """Whether a type has no struct of nothing in it, which Parquet does not have."""
    if not arrow.types.is_nested(kind):
        return True
    fields = [kind.field(index).type for index in range(kind.num_fields)]
    return bool(fields) and all(_is_writable(arrow, field) for field in fields)


def _array(arrow: Any, values: Sequence[Any], kind: Any) -> Any:
    if arrow.types.is_string(kind):
        values = [None if value is None else as_text(value) for value in values]
    return arrow.array(values, kind)


def _in_utf8(value: Any) -> Any:
    """Return a value in which half a surrogate pair, which UTF-8 does not have, is spelled out."""
    if isinstance(value, dict):
        return {_in_utf8(name): _in_utf8(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_in_utf8(item) for item in value]
    return value.encode(errors="backslashreplace").decode() if isinstance(value, str) else value
