"""The one container in flight."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from seqpipe.data.onehot import OneHot
from seqpipe.data.ragged import Ragged
from seqpipe.data.record import Record

Column = Ragged | OneHot
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

    @property
    def ragged(self) -> Ragged:
        """The main column where it holds numbers or ids rather than one-hot vectors."""
        if not isinstance(self.sequence, Ragged):
            raise TypeError(f"the batch's sequence is {type(self.sequence).__name__}, not Ragged")
        return self.sequence

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
            **{  # dataclasses.replace, without looking at every field anew
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

    def row_record(self, row: int) -> Record:
        """The record that a row belongs to."""
        return self.records[int(self.rows[row])]
