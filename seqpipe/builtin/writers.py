"""Writers of results: JSON Lines, tables, plain text. What they write is described in ``docs/output.md``."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from pydantic import Field

from seqpipe.builtin.result_fields import output_fields
from seqpipe.contracts import Layout, Writer
from seqpipe.contracts.fields import Names
from seqpipe.data import Record
from seqpipe.errors import RecordError, did_you_mean


class WriteJSONLines(Writer):
    """An object in JSON a line: ``id``, the columns passed through, the results."""

    name: ClassVar[str] = "core.jsonl"
    suffix: ClassVar[str] = ".jsonl"
    media_type: ClassVar[str] = "application/x-ndjson"

    def encode(self, record: Record, layout: Layout = None) -> bytes:
        """Return the line, in UTF-8; a text that UTF-8 cannot hold (half a surrogate pair) makes it ASCII."""
        written = output_fields(record)
        try:
            return _json(written).encode() + b"\n"
        except UnicodeEncodeError:
            return _json_in_ascii(written).encode() + b"\n"


class WriteTSV(Writer):
    r"""A table separated by tabs, with the names of the fields in the first line.

    In a cell, a tab is written as ``\t``, a line end as ``\n`` or ``\r``, and a backslash as ``\\``; a list or an
    object is in JSON, and null is an empty cell. Without ``fields``, those of the first record are written, and a later
    record with another one is an error.
    """

    name: ClassVar[str] = "core.tsv"
    suffix: ClassVar[str] = ".tsv"
    media_type: ClassVar[str] = "text/tab-separated-values"

    fields: Names = Field((), description="the fields to write, in order; one that a record lacks is an empty cell")

    def begin(self, first: Record | None) -> tuple[bytes, Layout]:
        """Return the line with the names of the fields, those chosen, else those of the first record; and the names."""
        names = list(self.fields or (output_fields(first) if first else ()))
        return (_line([_cell(name) for name in names], "\t") if names else b""), names

    def encode(self, record: Record, layout: Layout = None) -> bytes:
        """Return the line.

        Raises:
            RecordError: the record has a field that the first one did not have.
        """
        written = output_fields(record)
        if not self.fields and list(written) != layout and (more := written.keys() - set(layout)):
            raise RecordError(
                f"the table has no column for {min(more)!r}, which the first record did not have",
                "name the columns in the writer: `fields: [id, ...]`",
                record.location,
            )
        return _line([_cell(written.get(name)) for name in layout], "\t")


class WriteText(Writer):
    """One field of each record as plain text, a line a record; line ends in it become spaces."""

    name: ClassVar[str] = "core.text"
    suffix: ClassVar[str] = ".txt"
    media_type: ClassVar[str] = "text/plain"

    field: str = Field("", description="the field to write; if not given, the first of the results")

    def encode(self, record: Record, layout: Layout = None) -> bytes:
        """Return the line.

        Raises:
            RecordError: the record has no such field.
        """
        written = output_fields(record)
        name = self.field or next(iter(record.payload), "")
        if name not in written:
            listed = f"the fields are {', '.join(written)}"
            raise RecordError(f"no field {name!r} to write", did_you_mean(name, written, listed), record.location)
        return _line([" ".join(_text(written[name]).splitlines())], "")


def _line(cells: list[str], separator: str) -> bytes:
    return (separator.join(cells) + "\n").encode(errors="backslashreplace")


def _cell(value: Any) -> str:
    text = _text(value)
    for character, written in (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r")):
        text = text.replace(character, written)
    return text


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else _json(value)


_json = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
_json_in_ascii = json.JSONEncoder(ensure_ascii=True, allow_nan=False).encode
