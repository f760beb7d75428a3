"""Writers of results: JSON Lines, plain text. What they write is described in ``docs/output.md``."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from pydantic import Field

from seqpipe.builtin.result_fields import output_fields
from seqpipe.contracts import Layout, Writer
from seqpipe.data import Record
from seqpipe.errors import RecordError, did_you_mean


class WriteJSONLines(Writer):
    """An object in JSON a line: ``id``, the columns passed through, the results."""

    name: ClassVar[str] = "core.jsonl"
    suffix: ClassVar[str] = ".jsonl"

    def encode(self, record: Record, layout: Layout = None) -> bytes:
        """Return the line, in UTF-8; a text that UTF-8 cannot hold (half a surrogate pair) makes it ASCII."""
        written = output_fields(record)
        try:
            return _json(written).encode() + b"\n"
        except UnicodeEncodeError:
            return _json_in_ascii(written).encode() + b"\n"


class WriteText(Writer):
    """One field of each record as plain text, a line a record; line ends in it become spaces."""

    name: ClassVar[str] = "core.text"
    suffix: ClassVar[str] = ".txt"

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
        return (" ".join(as_text(written[name]).splitlines()) + "\n").encode(errors="backslashreplace")


def as_text(value: Any) -> str:
    """Return a value as a cell or a line has it: a text as it is, nothing for null, all else in JSON."""
    if value is None:
        return ""
    return value if isinstance(value, str) else _json(value)


_json = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
_json_in_ascii = json.JSONEncoder(ensure_ascii=True, allow_nan=False).encode
