"""What a program gives to be computed, as items of an input."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from seqpipe.contracts import Reader
from seqpipe.data import Record
from seqpipe.engine.attempt import Unforeseen
from seqpipe.engine.portions import RECORDS, Cursor, Item
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


def payloads_of(given: Any) -> Iterable[Any]:
    """Return payloads as a program has them: the items of an iterable, or a mapping for each row of a data frame.

    Data frames of pandas and polars are known by their methods, so neither of them is imported.

    Raises:
        UsageError: it is a single payload, which would be taken apart into characters, keys or numbers; or nothing that
            has any; or two columns of a data frame have one name.
    """
    if hasattr(given, "itertuples"):  # pandas
        return _rows_of_pandas(given)
    if hasattr(given, "iter_rows"):  # polars
        rows: Iterable[Any] = given.iter_rows(named=True)
        return rows
    many = isinstance(given, Iterable)
    numbers = many and _is_series_of_numbers(given)
    if not many or numbers or isinstance(given, str | bytes | Mapping | Record):
        kind = f"one {type(given).__name__} of numbers" if numbers else f"a {type(given).__name__}"
        raise UsageError(f"expected a list of payloads, not {kind}", "put it in a list: [...]")
    payloads: Iterable[Any] = given
    return payloads


def _rows_of_pandas(frame: Any) -> Iterable[dict[Any, Any]]:
    """Return the rows of a data frame, in which nothing is None, whatever stands for it in a column of its type."""
    columns = list(frame.columns)
    if twice := [name for number, name in enumerate(columns) if name in columns[:number]]:
        raise UsageError(f"two columns are named {twice[0]!r}", "give each a name of its own")
    return _rows(frame, columns)


def _rows(frame: Any, columns: Sequence[Any]) -> Iterator[dict[Any, Any]]:
    for begin in range(0, len(frame), RECORDS):
        block = frame.iloc[begin : begin + RECORDS]
        cells = block.astype(object).where(block.notna(), None)
        for row in cells.itertuples(index=False, name=None):
            yield dict(zip(columns, row, strict=True))


def _is_series_of_numbers(given: Any) -> bool:
    """Whether it is an array or a series in one dimension, of NumPy, pandas or polars, with numbers in it."""
    dtype, shape = getattr(given, "dtype", None), getattr(given, "shape", None)
    if not isinstance(shape, tuple) or len(shape) > 1:
        return False
    is_numeric = getattr(dtype, "is_numeric", None)  # polars
    return bool(is_numeric()) if is_numeric else getattr(dtype, "kind", "") in tuple("biufc")
