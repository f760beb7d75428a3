"""The order in which records are dealt into parts: what two records share must not be on both sides."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from seqpipe.data import Record
from seqpipe.data.label import label_of
from seqpipe.errors import RecordError, did_you_mean
from seqpipe.training.data.records import Records, content


def deal_order(records: Records, group: str = "") -> Sequence[int]:
    """Return for each record the place of its content, or of its value in a column, among the different ones.

    Their order is that of their hashes, so neither the order of the records nor their names matter.

    Args:
        records: all.
        group: the column; empty: records are dealt by their content.

    Raises:
        RecordError: a record has no such column.
    """
    keys = [hashlib.sha256(_key(record, group)).digest() for record in records]
    order = {key: place for place, key in enumerate(sorted(set(keys)))}
    return [order[key] for key in keys]


def different(group: str) -> str:
    """Return what is dealt, for messages."""
    return f"values of {group!r}" if group else "different records"


def _key(record: Record, group: str) -> bytes:
    if not group:
        return content(record.payload)
    if group not in record.columns:
        todo = did_you_mean(group, map(str, record.columns))
        raise RecordError(f"no column {group!r} to group by", todo, record.location)
    return label_of(record.columns[group]).encode()
