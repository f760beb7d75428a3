"""Labels of records and of positions: learning the set of them, and turning them into ids."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from seqpipe.contracts import Learned, Learner
from seqpipe.data import Batch, Record
from seqpipe.errors import RecordError, did_you_mean

UNKNOWN = -1
"""The id of a position that a data set does not label; it is left out of the loss."""


class LabelLearner(Learner):
    """Gathers the set of labels: of whole records, or of the items of sequences of labels (or of characters).

    Learned: ``labels``, sorted. Labels that are None are positions that are not labelled.

    Args:
        sequences: targets are sequences of labels.
        separator: what stands between the labels of a sequence that is text; empty: each character is one.
    """

    def __init__(self, *, sequences: bool = False, separator: str = "") -> None:
        self.sequences = sequences
        self.separator = separator
        self._seen: Counter[str] = Counter()

    def see(self, batch: Batch) -> None:
        """Count the labels of a batch's targets."""
        for record in batch.records:
            if record.target is None:
                raise missing(record)
            items = _sequence(record, items_of(record.target, self.separator)) if self.sequences else (record.target,)
            self._seen.update(str(item) for item in items if item is not None)

    def learned(self) -> Learned:
        """The labels found, sorted."""
        return {"labels": sorted(self._seen)}


def items_of(target: Sequence[Any], separator: str) -> Sequence[Any]:
    """Return the labels of a sequence of them, which may be a text with a separator between its labels."""
    if not (isinstance(target, str) and separator):
        return target
    return [item for item in target.split(separator) if item]


def label_ids(record: Record, labels: Iterable[Any], ids: Mapping[str, int]) -> npt.NDArray[np.int32]:
    """Return the ids of a record's labels, `UNKNOWN` for None; int32, shape (labels,).

    Raises:
        RecordError: a label is not among those known, or there is no sequence of them.
    """
    try:
        known = [UNKNOWN if label is None else ids[str(label)] for label in _sequence(record, labels)]
        return np.array(known, np.int32)
    except KeyError as error:
        label = str(error.args[0])
        raise RecordError(
            f"the label {label!r} does not occur in the training data", did_you_mean(label, ids), record.location
        ) from None


def _sequence(record: Record, labels: Any) -> Iterable[Any]:
    if isinstance(labels, Iterable):
        return labels
    what = f"the target is {labels!r}, where a sequence of labels is needed"
    raise RecordError(what, "give a list of labels, or a text", record.location)


def missing(record: Record) -> RecordError:
    """The error for a record that has no target."""
    return RecordError("the record has no target", "name the column that holds it: `target: ...`", record.location)
