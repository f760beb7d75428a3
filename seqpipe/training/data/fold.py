"""Which records are kept apart, to measure one of the trainings of a cross-validation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from seqpipe.errors import InputError, Location
from seqpipe.training.data.deal_order import deal_order, different
from seqpipe.training.data.records import Records


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
        order = deal_order(records, self.group)
        count = len(set(order))
        if count < self.of:
            where = Location(records[0].source if records else "the training data")
            what = f"{count} {different(self.group)} are too few for {self.of} folds"
            raise InputError(what, "make fewer folds", where)
        apart = [place % self.of == self.number - 1 for place in order]
        return _those(records, apart, wanted=False), _those(records, apart, wanted=True)


def _those(records: Records, apart: Sequence[bool], *, wanted: bool) -> Records:
    return tuple(record for record, is_apart in zip(records, apart, strict=True) if is_apart is wanted)
