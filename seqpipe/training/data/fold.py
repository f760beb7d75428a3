"""Which records are kept apart, to measure one of the trainings of a cross-validation."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from seqpipe.data import Record
from seqpipe.data.label import label_of
from seqpipe.errors import InputError, Location, RecordError, did_you_mean
from seqpipe.training.data.records import Records, content


@dataclass(frozen=True, slots=True)
class Fold:
    """One of the parts into which records are dealt.

    Equal records are in the same part, or all that have the same value in a column: what two records share must not
    be on both sides. The different contents, or values, are dealt out in turn, in the order of their hashes, so neither
    the order of the records nor their names matter, and no part is empty.

    Attributes:
        number: of the part, counted from 1.
        of: how many parts there are.
        group: the column; empty: records are dealt by their content.
    """

    number: int
    of: int
    group: str = ""

    def split(self, records: Records) -> tuple[Records, Records]:
        """Return those to learn from and those that are kept apart.

        Raises:
            InputError: there are fewer contents or values than parts.
            RecordError: a record has no such column.
        """
        keys = [hashlib.sha256(self._key(record)).digest() for record in records]
        order = {key: place for place, key in enumerate(sorted(set(keys)))}
        if len(order) < self.of:
            what = f"values of {self.group!r}" if self.group else "different records"
            where = Location(records[0].source if records else "the training data")
            raise InputError(f"{len(order)} {what} are too few for {self.of} folds", "make fewer folds", where)
        apart = [order[key] % self.of == self.number - 1 for key in keys]
        return _those(records, apart, wanted=False), _those(records, apart, wanted=True)

    def _key(self, record: Record) -> bytes:
        if not self.group:
            return content(record.payload)
        if self.group not in record.columns:
            todo = did_you_mean(self.group, map(str, record.columns))
            raise RecordError(f"no column {self.group!r} to group by", todo, record.location)
        return label_of(record.columns[self.group]).encode()


def _those(records: Records, apart: Sequence[bool], *, wanted: bool) -> Records:
    return tuple(record for record, is_apart in zip(records, apart, strict=True) if is_apart is wanted)
