"""Results beside their targets."""

from __future__ import annotations

from abc import ABC, abstractmethod

from seqpipe.contracts.objective import Outcome
from seqpipe.data import Record


class Comparison(ABC):
    """How what was found for a record is compared with its target: what a report is made of beside the metrics.

    The kinds that a report knows are in `seqpipe.metrics`: labels, sets of labels, values, spans and texts. Of any
    other kind it has the metrics and the worst records.
    """

    @abstractmethod
    def wrongness(self, record: Record, outcome: Outcome) -> float:
        """Return how wrong a result is: 0 if it is right. It orders records that a metric finds equally bad."""
