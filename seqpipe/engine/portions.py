"""Records into batches. What a batch holds depends on the records alone, so results do not depend on threads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from seqpipe.data import Batch, Record
from seqpipe.hookspecs import RecordFailed

RECORDS = 256
"""Records in a batch, at most."""

ITEMS = 1 << 16
"""Characters, samples or numbers in a batch, after which no further record is added."""

Place = tuple[int, int, int]
"""How far the input has been read: the position of a source, how many of its records are done, and how many of all."""

Item = tuple[Record | RecordFailed, Place]
"""What comes from the input, and the place behind it."""

NOWHERE: Place = (0, 0, 0)


@dataclass(frozen=True, slots=True)
class Portion:
    """What follows one another in the input, and the batch of those that are records."""

    items: list[Item]
    batch: Batch


def batches(records: Iterable[Record], size: int | None = None) -> Iterator[Batch]:
    """Group records in their order; see `portions`."""
    return (portion.batch for portion in portions(((record, NOWHERE) for record in records), size))


def portions(items: Iterable[Item], size: int | None = None) -> Iterator[Portion]:
    """Group what comes from the input, in its order.

    A record that comes in pieces is not grouped with others: each piece is a batch, not final until the last one.

    Args:
        items: in order.
        size: items in a portion, at most; None: `RECORDS`.
    """
    size = size or RECORDS
    waiting: list[Item] = []
    held = 0
    in_pieces = False
    for item in items:
        found = item[0]
        if isinstance(found, Record):
            if in_pieces or not found.last:
                if waiting:
                    yield _portion(waiting)
                    waiting, held = [], 0
                yield Portion([item], Batch((found,), final=found.last))
                in_pieces = not found.last
                continue
            held += _length(found)
        else:
            in_pieces = False
        waiting.append(item)
        if len(waiting) >= size or held >= ITEMS:
            yield _portion(waiting)
            waiting, held = [], 0
    if waiting:
        yield _portion(waiting)


def _portion(items: list[Item]) -> Portion:
    return Portion(items, Batch(tuple(found for found, _ in items if isinstance(found, Record))))


def _length(record: Record) -> int:
    try:
        return len(record.payload)
    except TypeError:
        return 1
