"""The records of a data set, and which of them are held out."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from seqpipe.contracts import Reader
from seqpipe.data import Batch, Record
from seqpipe.errors import InputError, Location, RecordError, raised_by
from seqpipe.sources import expand
from seqpipe.training.data.problems import Problems

Records = tuple[Record, ...]


def read_records(reader: Reader, paths: Sequence[str], problems: Problems) -> Records:
    """Read all records of files.

    Raises:
        InputError: there are none, or a file cannot be read.
        RecordError: a record cannot be made, if that ends the training.
    """
    records = []
    for source in expand(paths, reader.suffixes):
        with raised_by(reader.name, Location(source.name)):
            for record in reader.read(source):
                if isinstance(record, RecordError):
                    where = record.where or Location(source.name)
                    problems(Record(str(where), None, where.source, where.line), record)
                else:
                    records.append(record)
    if not records:
        raise InputError("no records to learn from", "name a file that has some", Location(", ".join(paths)))
    return tuple(records)


def hold_out(records: Records, which: float | str) -> tuple[Records, Records]:
    """Return those to learn from and those that are held out.

    Args:
        records: all.
        which: a share of them, chosen by a hash of what they hold, so that equal ones are on the same side and
            neither order nor name matters; or all whose ids a regular expression finds.

    Raises:
        InputError: none is left on one side.
    """
    out = [_is_out(record, which) for record in records]
    if all(out) or not any(out):
        what = f"{which!r} holds out {'all' if all(out) else 'none'} of the {len(out)} records"
        raise InputError(what, "change `train.data.held_out`", records[0].location if records else None)
    learned = tuple(record for record, away in zip(records, out, strict=True) if not away)
    return learned, tuple(record for record, away in zip(records, out, strict=True) if away)


def in_batches(records: Records, size: int) -> Callable[[], Iterator[Batch]]:
    """Return what gives passes over records, in batches of so many."""
    return lambda: (Batch(records[begin : begin + size]) for begin in range(0, len(records), size))


def _is_out(record: Record, which: float | str) -> bool:
    if isinstance(which, str):
        return re.search(which, record.id) is not None
    digest = hashlib.sha256(content(record.payload)).digest()
    return int.from_bytes(digest[:8], "big") < which * 2**64


def content(payload: Any) -> bytes:
    """Return the bytes that a payload is told from others by."""
    if isinstance(payload, np.ndarray):
        return f"{payload.dtype}{payload.shape}".encode() + np.ascontiguousarray(payload).tobytes()
    if isinstance(payload, bytes):
        return payload
    return (payload if isinstance(payload, str) else json.dumps(payload, default=repr)).encode()
