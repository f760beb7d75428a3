"""The fields of a result as plain values, the same for all of the core's writers.

The order is: ``id``, the columns passed through from the input, the results. Where a column has the name of a result,
or is called ``id``, the column's field is ``input.<name>``. A result called ``id`` is ``output.id``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from seqpipe.data import Record
from seqpipe.errors import RecordError

_AS_IT_IS = frozenset({str, int, bool, type(None)})

_ROUNDED_BELOW = 1024.0
"""Larger floats, such as seconds in a long recording, may need all the digits of a double."""


def output_fields(record: Record) -> dict[str, Any]:
    """Return what is written of a record whose payload is the mapping of its results.

    Raises:
        RecordError: a value is none that JSON can hold.
    """
    results: Mapping[str, Any] = record.payload
    columns = {name: plain(value, name, record) for name, value in record.columns.items()}
    return _named(record.id, columns, {name: plain(value, name, record) for name, value in results.items()})


def flat_fields(record: Record) -> dict[str, Any]:
    """Return the same without mappings, but for empty ones: what is in one is named after both, with a dot between.

    Raises:
        RecordError: two values have one name, or a value is none that JSON can hold.
    """
    return _named(record.id, _flat(record.columns, record), _flat(record.payload, record))


def _named(identifier: str, columns: Mapping[str, Any], results: Mapping[str, Any]) -> dict[str, Any]:
    written: dict[str, Any] = {"id": identifier}
    for name, value in columns.items():
        chosen = name
        while chosen in results or chosen == "id" or (chosen in columns and chosen != name):
            chosen = f"input.{chosen}"
        written[chosen] = value
    for name, value in results.items():
        written["output.id" if name == "id" else name] = value
    return written


def _flat(fields: Mapping[str, Any], record: Record) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in _leaves({name: plain(value, name, record) for name, value in fields.items()}):
        if name in flat:
            todo = "write JSON Lines, or name one of them in another way"
            raise RecordError(f"two values would stand in the column {name!r}", todo, record.location)
        flat[name] = value
    return flat


def _leaves(fields: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in fields.items():
        if isinstance(value, dict) and value:
            yield from _leaves(value, f"{before}{name}.")
        else:
            yield before + name, value


def plain(value: Any, name: str, record: Record) -> Any:
    """Return a value as JSON's own: NumPy's scalars and arrays become numbers and lists, NaN and infinities null.

    A number that a float32 holds exactly gets the fewest digits that give that float32 back: 0.9, not
    0.8999999761581421.

    Raises:
        RecordError: it, or something in it, is of a type that JSON does not have.
    """
    kind = type(value)
    if kind in _AS_IT_IS:
        return value
    if kind is float:
        return _short(value)
    if kind is dict or isinstance(value, Mapping):
        return {
            str(key): _short(item) if type(item) is float else plain(item, name, record) for key, item in value.items()
        }
    if isinstance(value, np.generic | np.ndarray):
        return plain(value.tolist(), name, record)
    if isinstance(value, list | tuple):
        return [plain(item, name, record) for item in value]
    if isinstance(value, str | int | float):  # of a class of its own
        return plain(next(base(value) for base in (str, int, float) if isinstance(value, base)), name, record)
    raise RecordError(
        f"{name!r} holds {type(value).__name__}", "give numbers, texts, lists and mappings", record.location
    )


def _short(value: float) -> float | None:
    if -_ROUNDED_BELOW < value < _ROUNDED_BELOW:
        single = np.float32(value)
        return float(str(single)) if float(single) == value else value  # not ==, which compares as float32
    return value if math.isfinite(value) else None
