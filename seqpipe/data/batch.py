"""The one container in flight."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from seqpipe.data.onehot import OneHot
from seqpipe.data.ragged import Ragged
from seqpipe.data.record import Record
from seqpipe.errors import PluginError

Column = Ragged | OneHot
"""A column of a batch: numbers or ids, or one-hot vectors that are never written out."""

ColumnT = TypeVar("ColumnT", Ragged, OneHot)
Outputs = tuple[tuple[Mapping[str, Any], ...], ...]


@dataclass(frozen=True, eq=False, slots=True)
class Batch:
    """Some records on their way through a pipeline. Steps never change one; they return another.

    A tokenizer takes the payloads of ``records`` and sets ``sequence``; encoders and cores turn one sequence into
    another; the last decoder sets ``outputs``. A row of a column is one sequence. Often that is one record, but a
    tokenizer may cut a record into several rows (overlapping windows), and ``rows`` then says which row is whose.

    Attributes:
        records: the records, with their payloads and targets.
        sequence: the main column; None before the first tokenizer.
        columns: further columns by name, with as many rows as ``sequence``: ``spans`` (int64, shape (total, 2): where
            each position of ``sequence`` begins and ends in the source, in characters, samples or frames),
            ``characters`` (of each word), ``target``, ``attention``, ...
        rows: int64: the index in ``records`` of the record that each row belongs to, ascending.
        outputs: for each record none, one or many results, each a mapping of names to plain values.
        final: False while more pieces of the same rows follow; then all of them come in the same order.
    """

    records: tuple[Record, ...]
    sequence: Column | None = None
    columns: Mapping[str, Column] = field(default_factory=dict)
    rows: npt.NDArray[np.int64] = None  # type: ignore[assignment]  # one row a record, see __post_init__
    outputs: Outputs | None = None
    final: bool = True

    def __post_init__(self) -> None:
        if self.rows is None:
            object.__setattr__(self, "rows", np.arange(len(self.records), dtype=np.int64))

    @classmethod
    def concatenate(cls, batches: Sequence[Batch]) -> Batch:
        """Put the records of several batches under one another, which have the same columns and are alike final."""
        first = batches[0]
        outputs = tuple(results for batch in batches for results in batch.outputs or ())
        begins = np.cumsum([0, *(len(batch.records) for batch in batches[:-1])])
        return cls(
            tuple(record for batch in batches for record in batch.records),
            None if first.sequence is None else _joined([batch.main for batch in batches]),
            {name: _joined([batch.columns[name] for batch in batches]) for name in first.columns},
            np.concatenate([batch.rows + begin for batch, begin in zip(batches, begins.tolist(), strict=True)]),
            None if first.outputs is None else outputs,
            first.final,
        )

    @property
    def main(self) -> Column:
        """The main column.

        Raises:
            PluginError: there is none.
        """
        if self.sequence is None:
            raise PluginError("a stage asks for a sequence, and the batch has none", "put a tokenizer before it")
        return self.sequence

    @property
    def ragged(self) -> Ragged:
        """The main column where it holds numbers or ids rather than one-hot vectors.

        Raises:
            PluginError: it does not, or there is none.
        """
        return _of_kind("sequence", self.main, Ragged)

    @property
    def one_hot(self) -> OneHot:
        """The main column where it holds one-hot vectors.

        Raises:
            PluginError: it does not, or there is none.
        """
        return _of_kind("sequence", self.main, OneHot)

    def column(self, name: str, kind: type[ColumnT]) -> ColumnT:
        """A further column, `Ragged` or `OneHot`.

        Raises:
            PluginError: there is none of the name, or it is of the other kind.
        """
        if name not in self.columns:
            there = ", ".join(self.columns) or "none"
            raise PluginError(
                f"a stage asks for the column {name!r}, and the batch has {there}",
                "let it check `incoming.spec.columns` when it is built",
            )
        return _of_kind(f"column {name!r}", self.columns[name], kind)

    @property
    def payloads(self) -> list[Any]:
        """The payload of each record."""
        return [record.payload for record in self.records]

    @property
    def targets(self) -> list[Any]:
        """The target of each record."""
        return [record.target for record in self.records]

    def replace(self, **changes: Any) -> Batch:
        """The same batch with some attributes changed."""
        return Batch(
            **{  # dataclasses.replace, without looking at every field again
                "records": self.records,
                "sequence": self.sequence,
                "columns": self.columns,
                "rows": self.rows,
                "outputs": self.outputs,
                "final": self.final,
                **changes,
            }
        )

    def with_columns(self, **columns: Column) -> Batch:
        """The same batch with more columns, or others under the same name."""
        return self.replace(columns={**self.columns, **columns})

    def with_outputs(self, results: Iterable[Iterable[Mapping[str, Any]]]) -> Batch:
        """The same batch with outputs: each record has what its rows give, in their order.

        Args:
            results: of each row none, one or many.
        """
        outputs: list[list[Mapping[str, Any]]] = [[] for _ in self.records]
        for record, of_row in zip(self.rows.tolist(), results, strict=True):
            outputs[record].extend(of_row)
        return self.replace(outputs=tuple(map(tuple, outputs)))

    def slice_rows(self, start: int, stop: int) -> Batch:
        """The same batch with the rows ``start`` to ``stop`` only; all records stay."""
        columns = {name: column.slice(start, stop) for name, column in self.columns.items()}
        return self.replace(sequence=self.main.slice(start, stop), columns=columns, rows=self.rows[start:stop])

    @staticmethod
    def join_rows(parts: Sequence[Batch]) -> Batch:
        """The batch that these are parts of by `slice_rows`, all in order, with whatever became of their columns."""
        first = parts[0]
        return first.replace(
            sequence=_joined([part.main for part in parts]),
            columns={name: _joined([part.columns[name] for part in parts]) for name in first.columns},
            rows=np.concatenate([part.rows for part in parts]),
        )

    def with_whole_records(self) -> Batch:
        """The same batch with one row a record: the rows that it was cut into, one after the other."""
        if np.array_equal(self.rows, np.arange(len(self.records))):
            return self
        firsts = np.searchsorted(self.rows, np.arange(len(self.records) + 1))
        return Batch(
            self.records,
            _regrouped(self.main, firsts),
            {name: _regrouped(column, firsts) for name, column in self.columns.items()},
            outputs=self.outputs,
            final=self.final,
        )

    def excerpts(self) -> list[str]:
        """The text at each position, by the column ``spans``: all rows one after the other.

        Raises:
            RecordError: a payload is no text.
            PluginError: there is no such column.
        """
        excerpts: list[str] = []
        for record, spans in zip(self.rows.tolist(), self.column("spans", Ragged), strict=True):
            text = self.records[record].text
            excerpts += [text[begin:end] for begin, end in spans.tolist()]
        return excerpts

    def row_record(self, row: int) -> Record:
        """The record that a row belongs to."""
        return self.records[int(self.rows[row])]


def _of_kind(what: str, column: Column, kind: type[ColumnT]) -> ColumnT:
    if not isinstance(column, kind):
        raise PluginError(
            f"a stage asks for the batch's {what} as {kind.__name__}, and it is {type(column).__name__}",
            "let it check `incoming.spec` when it is built",
        )
    return column


def _regrouped(column: Column, firsts: npt.NDArray[np.int64]) -> Column:
    """Return a column whose row ``i`` is made of the rows ``firsts[i]`` to ``firsts[i + 1]``."""
    if isinstance(column, OneHot):
        return column.with_ids(Ragged(column.ids.values, column.offsets[firsts]))
    return Ragged(column.values, column.offsets[firsts])


def _joined(columns: Sequence[Column]) -> Column:
    if isinstance(columns[0], OneHot):
        return OneHot.concatenate([column for column in columns if isinstance(column, OneHot)])
    return Ragged.concatenate([column for column in columns if isinstance(column, Ragged)])
