"""Records into batches. What a batch holds depends on the records alone, so results do not depend on threads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from seqpipe.data import Batch, Record

RECORDS = 256
"""Records in a batch, at most."""

ITEMS = 1 << 20
"""Characters, samples or numbers in a batch, after which no further record is added."""


def batches(records: Iterable[Record], size: int = RECORDS, items: int = ITEMS) -> Iterator[Batch]:
    """Group records in their order.

    A record that comes in pieces is not grouped with others: each piece is a batch, not final until the last one.
    """
    waiting: list[Record] = []
    held = 0
    in_pieces = False
    for record in records:
        if in_pieces or not record.last:
            if waiting:
                yield Batch(tuple(waiting))
                waiting, held = [], 0
            yield Batch((record,), final=record.last)
            in_pieces = not record.last
            continue
        waiting.append(record)
        held += _length(record)
        if len(waiting) >= size or held >= items:
            yield Batch(tuple(waiting))
            waiting, held = [], 0
    if waiting:
        yield Batch(tuple(waiting))


def _length(record: Record) -> int:
    try:
        return len(record.payload)
    except TypeError:
        return 1
