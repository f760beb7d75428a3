"""Labels of the data that a model never gives, which may be spelled in another way."""

from __future__ import annotations

import logging

from seqpipe.builtin.objectives import ClassificationObjective
from seqpipe.contracts import Objective
from seqpipe.notice import NOTICE
from seqpipe.training.evaluation.outcomes import Measured

log = logging.getLogger("seqpipe")


class UnknownLabels:
    """Counts the records whose label is not known.

    Args:
        objective: of the pipeline; unless it asks for one label a record, nothing is counted.
    """

    def __init__(self, objective: Objective) -> None:
        self._known = objective.labels if isinstance(objective, ClassificationObjective) and objective.pooled else None
        self._records = 0
        self._first = ""

    def add(self, measured: Measured) -> None:
        """Look at a record."""
        label = str(measured.record.target)
        if self._known is not None and label not in self._known:
            self._first = self._first if self._records else label
            self._records += 1

    def tell(self, records: int) -> None:
        """Say how many of so many records there were, if there were any."""
        if self._records and self._known is not None:
            count = f"{self._records:,} of {records:,}"
            text = "%s records have a label that the model does not know, and count as wrong, such as %r (known: %s)"
            log.log(NOTICE, text, count, self._first, ", ".join(self._known))
