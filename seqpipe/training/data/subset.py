"""Which part of the records one of the trainings of a learning curve learns from."""

from __future__ import annotations

from dataclasses import dataclass

from seqpipe.errors import InputError, Location
from seqpipe.training.data.deal_order import deal_order, different
from seqpipe.training.data.records import Records


@dataclass(frozen=True, slots=True)
class Subset:
    """A part of the records. Each is in all greater parts, too, and so are records that are equal, or of one group.

    Attributes:
        percent: of the different contents, or of the values of a column, above 0 and at most 100.
        group: the column; empty: records are chosen by their content.
    """

    percent: float
    group: str = ""

    def of(self, records: Records) -> Records:
        """Return the records of this part.

        Raises:
            InputError: there is none in it.
            RecordError: a record has no such column.
        """
        order = deal_order(records, self.group)
        count = len(set(order))
        chosen = round(self.percent / 100 * count)
        if not chosen:
            what = f"{count} {different(self.group)} are too few for {self.percent:g} % of them"
            raise InputError(what, "take a greater part", Location(records[0].source if records else "the data"))
        return tuple(record for record, place in zip(records, order, strict=True) if place < chosen)
