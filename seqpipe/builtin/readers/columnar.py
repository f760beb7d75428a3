"""Parquet and Arrow: tables in columns, read in batches of rows with the library of Apache Arrow."""

from __future__ import annotations

import datetime as dt
import decimal
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, ClassVar

from seqpipe.builtin.readers.objects import ObjectReader
from seqpipe.data import Record
from seqpipe.data.source import Source
from seqpipe.errors import InputError, Location, RecordError
from seqpipe.extras import imported_extra

ROWS = 256
"""Rows that are made objects at a time."""

BUFFER = 1 << 20
"""Bytes of each column of a Parquet file that are read at a time."""


class ColumnarReader(ObjectReader):
    """Reads tables in columns."""

    isolated: ClassVar[bool] = True

    def read(self, source: Source) -> Iterator[Record | RecordError]:
        """Yield a record a row, and a `RecordError` in place of a row that cannot be one.

        Raises:
            InputError: the source cannot be read, or has no column for the payload or the target.
            PluginError: pyarrow is not installed.
        """
        for position, row in enumerate(self.rows(source), 1):
            where = Location(source.name, position)
            try:
                yield _not_longer(self.record_of_object(row, where, None), source.longest)
            except RecordError as error:
                yield error

    def rows(self, source: Source, *, any_columns: bool = False) -> Iterator[dict[str, Any]]:
        """Yield the rows: the values of each, as JSON has them, by the names of the columns. Bytes are left out.

        Args:
            source: of the rows.
            any_columns: there need be none for the payload and the target.

        Raises:
            InputError: the source cannot be read, or has no column for the payload or the target.
            PluginError: pyarrow is not installed.
        """
        arrow = imported_extra("pyarrow", "parquet", self.name)
        with source.open_seekable() as file, _named(arrow, source, self.form):
            schema, batches = self.batches(file)
            if not any_columns:
                self._check(schema, source)
            odd = [field.name for field in schema if _is_odd(arrow, field.type)]
            names = [field.name for field in schema if not _holds_bytes(arrow, field.type)]
            finest = _microseconds(arrow, schema)
            for batch in batches:
                for begin in range(0, batch.num_rows, ROWS):
                    rows = batch.slice(begin, ROWS).cast(finest, safe=False).select(names).to_pylist()
                    yield from ({**row, **{name: _as_json(row[name]) for name in odd if name in row}} for row in rows)

    form: ClassVar[str]
    """What such a file is called."""

    @abstractmethod
    def batches(self, file: BinaryIO) -> tuple[Any, Iterator[Any]]:
        """Return the schema of a file, and its batches of rows."""

    def _check(self, schema: Any, source: Source) -> None:
        known = f"the columns are {', '.join(schema.names)}"
        if problem := self.missing(schema.names, known):
            raise InputError(problem[0].replace("no key", "no column", 1), problem[1], source.location)


class ReadParquet(ColumnarReader):
    """Tables in Parquet, a record a row, in constant memory (`pip install 'seqpipe-core[parquet]'`).

    The column ``id``, of texts or whole numbers, gives the records' ids; else it is ``<source>:<row>``. All other
    columns are passed through, but a payload or target that is a list of numbers is not; dates and times become text.
    """

    name: ClassVar[str] = "core.parquet"
    suffixes: ClassVar[tuple[str, ...]] = (".parquet",)
    form: ClassVar[str] = "Parquet"

    def batches(self, file: BinaryIO) -> tuple[Any, Iterator[Any]]:
        """Return the schema of a file, and its rows, some at a time."""
        parquet = imported_extra("pyarrow.parquet", "parquet", self.name)
        table = parquet.ParquetFile(file, buffer_size=BUFFER)
        return table.schema_arrow, table.iter_batches(batch_size=ROWS, use_threads=False)


class ReadArrow(ColumnarReader):
    """Tables of Arrow's IPC format, as files (Feather's second version) or as streams; a record a row.

    It needs `pip install 'seqpipe-core[parquet]'`, and gives what `core.parquet` gives. A batch of the file is in
    memory at a time.
    """

    name: ClassVar[str] = "core.arrow"
    suffixes: ClassVar[tuple[str, ...]] = (".arrow", ".arrows", ".feather")
    form: ClassVar[str] = "Arrow"

    def batches(self, file: BinaryIO) -> tuple[Any, Iterator[Any]]:
        """Return the schema of a file or a stream, whichever it is, and its batches."""
        ipc = imported_extra("pyarrow.ipc", "parquet", self.name)
        is_file = file.read(len(_ARROW_FILE)) == _ARROW_FILE
        file.seek(0)
        if not is_file:
            stream = ipc.open_stream(file)
            return stream.schema, iter(stream)
        whole = ipc.open_file(file)
        return whole.schema, map(whole.get_batch, range(whole.num_record_batches))


def _not_longer(record: Record, longest: int | None) -> Record:
    """Return a record whose text is not longer than a source allows.

    Raises:
        RecordError: it is.
    """
    text = record.payload
    if longest is not None and isinstance(text, str) and len(text.encode(errors="surrogatepass")) > longest:
        raise RecordError(f"longer than {longest:,} bytes", "split it, or raise limits.record_mb", record.location)
    return record


@contextmanager
def _named(arrow: Any, source: Source, form: str) -> Iterator[None]:
    """Say of what the library refuses within the block that the file is damaged."""
    try:
        yield
    except (arrow.ArrowException, OSError, ValueError) as error:
        if isinstance(error, MemoryError):
            raise
        what = f"not {form}, or a damaged file of it"
        raise InputError(what, "check what it is, and that it was copied completely", source.location) from error


def _microseconds(arrow: Any, schema: Any) -> Any:
    """Return the schema with times in microseconds where they are finer, which Python's are not."""
    for index, field in enumerate(schema):
        kind, types = field.type, arrow.types
        if getattr(kind, "unit", "") == "ns":
            coarse = (
                arrow.timestamp("us", kind.tz)
                if types.is_timestamp(kind)
                else arrow.duration("us")
                if types.is_duration(kind)
                else arrow.time64("us")
            )
            schema = schema.set(index, field.with_type(coarse))
    return schema


def _is_odd(arrow: Any, kind: Any) -> bool:
    """Whether values of a type, or some in them, are none of JSON's."""
    types = arrow.types
    if types.is_nested(kind):
        return any(_is_odd(arrow, field.type) for field in _children(kind))
    return bool(types.is_temporal(kind) or types.is_decimal(kind))


def _holds_bytes(arrow: Any, kind: Any) -> bool:
    types = arrow.types
    if types.is_nested(kind):
        return any(_holds_bytes(arrow, field.type) for field in _children(kind))
    if types.is_dictionary(kind):
        return _holds_bytes(arrow, kind.value_type)
    return bool(types.is_binary(kind) or types.is_large_binary(kind) or types.is_fixed_size_binary(kind))


def _children(kind: Any) -> list[Any]:
    return [kind.field(index) for index in range(kind.num_fields)]


def _as_json(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _as_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_as_json(item) for item in value]
    if isinstance(value, dt.date | dt.time):  # a date with a time is a date too
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        return value.total_seconds()
    return float(value) if isinstance(value, decimal.Decimal) else value


_ARROW_FILE = b"ARROW1"
