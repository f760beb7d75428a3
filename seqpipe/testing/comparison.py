"""Batches bit for bit: in what do two differ, and which part of one belongs to which record."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from typing import Any

import numpy as np

from seqpipe.data import Batch, Column, OneHot, Ragged

RowItems = list[dict[str, list[Any]]]
"""For each row, the parts of each column, in their order."""


def difference(first: Batch, second: Batch) -> str:
    """Say in what two batches differ; empty if they are the same to the last bit."""
    if differing := _columns(first.sequence, second.sequence):
        return f"the sequence differs: {differing}"
    if first.columns.keys() != second.columns.keys():
        return f"the columns are {_listed(first.columns)}, then {_listed(second.columns)}"
    for name in first.columns:
        if differing := _columns(first.columns[name], second.columns[name]):
            return f"the column {name!r} differs: {differing}"
    if not np.array_equal(first.rows, second.rows):
        return f"rows belong to the records {first.rows.tolist()}, then to {second.rows.tolist()}"
    if differing := unequal(first.outputs, second.outputs):
        return f"the outputs differ: {differing}"
    return ""


def unequal(first: Any, second: Any) -> str:
    """Say in what two plain values differ (numbers to the last bit, NaN being itself); empty if in nothing."""
    if isinstance(first, Mapping) and isinstance(second, Mapping):
        if list(first) != list(second):
            return f"keys {_listed(first)}, then {_listed(second)}"
        return next(filter(None, (unequal(first[key], second[key]) for key in first)), "")
    if isinstance(first, list | tuple) and isinstance(second, list | tuple):
        if len(first) != len(second):
            return f"{len(first)} items, then {len(second)}"
        return next(filter(None, (unequal(*both) for both in zip(first, second, strict=True))), "")
    if isinstance(first, np.ndarray | np.generic):
        return _arrays(np.asarray(first), np.asarray(second))
    same = first == second or (first != first and second != second)  # noqa: PLR0124 - NaN
    return "" if same and type(first) is type(second) else f"{_short(first)}, then {_short(second)}"


def copied(batch: Batch) -> Batch:
    """Return a batch whose arrays are copies."""
    return batch.replace(
        sequence=None if batch.sequence is None else _copy(batch.sequence),
        columns={name: _copy(column) for name, column in batch.columns.items()},
        rows=batch.rows.copy(),
    )


def part(batch: Batch, index: int) -> Batch:
    """Return the part of a batch that belongs to one of its records."""
    rows = np.flatnonzero(batch.rows == index)
    return Batch(
        (batch.records[index],),
        None if batch.sequence is None else batch.sequence.select(rows),
        {name: column.select(rows) for name, column in batch.columns.items()},
        np.zeros(len(rows), np.int64),
        None if batch.outputs is None else (batch.outputs[index],),
        batch.final,
    )


def joined(pieces: Sequence[Batch], left_out: Container[str] = ()) -> tuple[RowItems, list[Mapping[str, Any]]]:
    """Put together what came out for the pieces of one record: its rows, without some columns, and its outputs."""
    rows: RowItems = []
    outputs: list[Mapping[str, Any]] = []
    is_open = False
    for piece in pieces:
        rows_of_piece = [] if piece.sequence is None or piece.outputs is not None else _rows(piece, left_out)
        if is_open:
            for row, more in zip(rows[-len(rows_of_piece) :] if rows_of_piece else [], rows_of_piece, strict=True):
                for name, values in more.items():
                    row[name] += values
        else:
            rows += rows_of_piece
        is_open = not piece.final
        outputs += piece.outputs[0] if piece.outputs else ()
    return rows, outputs


def _rows(batch: Batch, left_out: Container[str]) -> RowItems:
    columns = {"sequence": batch.main, **batch.columns}
    columns = {name: column for name, column in columns.items() if name not in left_out}
    return [{name: _items(column, row) for name, column in columns.items()} for row in range(len(batch.main))]


def _items(column: Column, row: int) -> list[Any]:
    values = (column.ids if isinstance(column, OneHot) else column)[row]
    return list(values) if isinstance(values, Ragged) else values.tolist()


def _columns(first: Column | None, second: Column | None) -> str:
    if type(first) is not type(second):
        return f"{type(first).__name__}, then {type(second).__name__}"
    if isinstance(first, OneHot) and isinstance(second, OneHot):
        if first.depth != second.depth:
            return f"one-hot vectors of {first.depth}, then of {second.depth}"
        return _columns(first.ids, second.ids)
    if isinstance(first, Ragged) and isinstance(second, Ragged):
        if not np.array_equal(first.offsets, second.offsets):
            return f"rows of the lengths {_short(first.lengths.tolist())}, then {_short(second.lengths.tolist())}"
        if isinstance(first.values, Ragged) or isinstance(second.values, Ragged):
            return _columns(first.values, second.values)  # type: ignore[arg-type]
        return _arrays(first.values, second.values)
    return ""


def _arrays(first: np.ndarray[Any, Any], second: np.ndarray[Any, Any]) -> str:
    if first.dtype != second.dtype or first.shape != second.shape:
        return f"{first.dtype}{list(first.shape)}, then {second.dtype}{list(second.shape)}"
    if np.array_equal(first, second, equal_nan=first.dtype.kind in "fc"):
        return ""
    index = int(np.flatnonzero((first != second).reshape(-1))[0])
    return f"{first.reshape(-1)[index]!s}, then {second.reshape(-1)[index]!s} at item {index}"


def _copy(column: Column) -> Column:
    if isinstance(column, OneHot):
        return OneHot(_copy(column.ids), column.depth, column.codebook)  # type: ignore[arg-type]
    values = _copy(column.values) if isinstance(column.values, Ragged) else column.values.copy()
    return Ragged(values, column.offsets.copy())  # type: ignore[arg-type]


def _listed(names: Mapping[str, Any]) -> str:
    return ", ".join(names) or "none"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}..."
