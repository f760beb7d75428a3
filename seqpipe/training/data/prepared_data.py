"""The training data as they come to the network, all in memory, and batches of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from seqpipe.data import Batch, OneHot, Ragged, Record, indices_of_ranges
from seqpipe.errors import RecordError
from seqpipe.pipeline import Pipeline
from seqpipe.pipeline.fit import BadRecordHandler

Int64 = npt.NDArray[np.int64]

CHUNK = 256
"""Records that are prepared together."""


@dataclass(frozen=True, eq=False, slots=True)
class PreparedData:
    """Records that have been through tokenizers and encoders, with the targets that the objective made.

    Attributes:
        batch: all of them.
        firsts: the first row of each record, and the number of rows: int64, shape (records + 1,).
        lengths: the positions of each record, of all its rows: int64, shape (records,).
    """

    batch: Batch
    firsts: Int64
    lengths: Int64

    @classmethod
    def of(cls, batch: Batch) -> PreparedData:
        """Wrap a batch that has been prepared."""
        firsts = np.searchsorted(batch.rows, np.arange(len(batch.records) + 1))
        return cls(batch, firsts, np.diff(batch.main.offsets[firsts]))

    def __len__(self) -> int:
        return len(self.lengths)

    def select(self, records: Int64) -> Batch:
        """Return a batch of some records, in the given order."""
        counts = np.diff(self.firsts)[records]
        rows = indices_of_ranges(self.firsts[records], counts)
        batch = self.batch
        return Batch(
            tuple(batch.records[index] for index in records.tolist()),
            batch.main.select(rows),
            {name: column.select(rows) for name, column in batch.columns.items()},
            np.repeat(np.arange(len(records)), counts),
        )

    def digest(self) -> str:
        """Return a fingerprint of all that is learned from."""
        state = hashlib.sha256()
        for name, column in sorted({"": self.batch.main, **self.batch.columns}.items()):
            ragged = column.ids if isinstance(column, OneHot) else column
            state.update(name.encode())
            for array in (ragged.array, ragged.offsets):
                state.update(np.ascontiguousarray(array).data)
        return state.hexdigest()


def prepare_all(pipeline: Pipeline, records: Sequence[Record], failed: BadRecordHandler) -> PreparedData:
    """Prepare a data set; those records of which `failed` is told, if it does not raise, are left out."""
    parts = [part for begin in range(0, len(records), CHUNK) for part in _parts(pipeline, records, begin, failed)]
    return PreparedData.of(Batch.concatenate(parts) if parts else Batch((), Ragged.of([])))


def _parts(pipeline: Pipeline, records: Sequence[Record], begin: int, failed: BadRecordHandler) -> Iterator[Batch]:
    """Prepare a chunk of records, one by one if one of them is bad; empty ones are bad."""
    chunk = records[begin : begin + CHUNK]
    try:
        batch = pipeline.prepare(Batch(tuple(chunk)))
    except RecordError:
        for record in chunk:
            try:
                batch = pipeline.prepare(Batch((record,)))
            except RecordError as error:
                failed(record, error)
            else:
                yield from _filled(batch, failed)
    else:
        yield from _filled(batch, failed)


def _filled(batch: Batch, failed: BadRecordHandler) -> Iterator[Batch]:
    """Yield a batch without its records that are empty."""
    prepared = PreparedData.of(batch)
    for index in np.flatnonzero(prepared.lengths == 0).tolist():
        record = batch.records[index]
        what = "the record is empty: there is nothing to learn from"
        failed(record, RecordError(what, "give it something", record.location))
    filled = np.flatnonzero(prepared.lengths)
    if len(filled):
        yield batch if len(filled) == len(prepared) else prepared.select(filled)
