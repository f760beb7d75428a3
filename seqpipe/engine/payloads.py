"""What a program gives to be computed, as items of an input."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from seqpipe.contracts import Reader
from seqpipe.data import Record
from seqpipe.engine.attempt import Unforeseen
from seqpipe.engine.portions import Cursor, Item
from seqpipe.errors import Location, SeqpipeError, UsageError
from seqpipe.hookspecs import RecordFailed


def items_of_payloads(payloads: Iterable[Any], reader: Reader) -> Iterator[Item]:
    """Yield the record of each payload, mapping or record, or what is wrong with it.

    Args:
        payloads: what a program gives.
        reader: makes records of them.
    """
    nowhere = Cursor()
    for position, given in enumerate(payloads, 1):
        try:
            yield reader.record_of(given, position), nowhere
        except Exception as error:  # noqa: BLE001 - a reader may raise anything
            foreseen = error if isinstance(error, SeqpipeError) else None
            reason = foreseen or Unforeseen.of(error, reader.name, Location(f"record {position}"))
            name = str(given.get("id", position)) if isinstance(given, Mapping) else str(position)
            yield RecordFailed("", position, name, reader.name, reason), nowhere


def check_many(payloads: object) -> None:
    """Check that something is payloads, and not one that would be taken apart into characters, keys or numbers.

    Raises:
        UsageError: it is a single one, or nothing that has any.
    """
    is_numbers = isinstance(payloads, np.ndarray) and payloads.ndim < 2 and payloads.dtype.kind in "biufc"
    if is_numbers or isinstance(payloads, str | bytes | Mapping | Record) or not isinstance(payloads, Iterable):
        kind = "one array of numbers" if is_numbers else f"a {type(payloads).__name__}"
        raise UsageError(f"expected a list of payloads, not {kind}", "put it in a list: [...]")
