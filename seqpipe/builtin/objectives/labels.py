"""Labels of records and of positions: learning the set of them, and turning them into ids."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from seqpipe.contracts import Learned, Learner
from seqpipe.data import Batch, Record
from seqpipe.data.label import label_of
from seqpipe.errors import ConfigError, RecordError, did_you_mean
from seqpipe.notice import NOTICE

log = logging.getLogger("seqpipe")

UNKNOWN = -1
"""The id of a position that a data set does not label; it is left out of the loss."""


class LabelLearner(Learner):
    """Gathers the set of labels: of whole records, or of the items of sequences of labels (or of characters).

    Learned: ``labels``, sorted. Labels that are None are positions that are not labelled.

    Args:
        sequences: targets are sequences of labels.
        separator: what stands between the labels of a sequence that is text; empty: each character is one.
        least: how many labels there have to be, for a network to have something to learn.
    """

    def __init__(self, *, sequences: bool = False, separator: str = "", least: int = 2) -> None:
        self.sequences = sequences
        self.separator = separator
        self.least = least
        self._seen: Counter[str] = Counter()

    def see(self, batch: Batch) -> None:
        """Count the labels of a batch's targets."""
        for record in batch.records:
            if record.target is None:
                raise missing(record)
            items = _sequence(record, items_of(record.target, self.separator)) if self.sequences else (record.target,)
            self._seen.update(_labels(record, items))

    def learned(self) -> Learned:
        """The labels found, sorted.

        Raises:
            ConfigError: they are too few.
        """
        labels = sorted(self._seen)
        if 0 < len(labels) < self.least:
            raise ConfigError(f"all targets are {labels[0]!r}", f"give data with at least {self.least} labels")
        _tell_of_case(labels)
        return {"labels": labels}


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
        known = [UNKNOWN if label is None else _id(label, ids) for label in _sequence(record, labels)]
        return np.array(known, np.int32)
    except KeyError as error:
        label = str(error.args[0])
        if not label:
            raise _empty(record) from None
        raise RecordError(
            f"the label {label!r} does not occur in the training data", did_you_mean(label, ids), record.location
        ) from None


def ids_of_labels(labels: Iterable[str], first: int = 0) -> dict[str, int]:
    """Return the id of each label, as `label_ids` looks them up, counted from ``first``."""
    return {label_of(label): index for index, label in enumerate(labels, first)}


def _id(label: Any, ids: Mapping[str, int]) -> int:
    known = ids.get(label) if isinstance(label, str) else None  # most labels are as they should be
    return ids[label_of(label)] if known is None else known


def _labels(record: Record, items: Iterable[Any]) -> Sequence[str]:
    labels = [label_of(item) for item in items if item is not None]
    if not all(labels):
        raise _empty(record)
    return labels


def _tell_of_case(labels: Sequence[str]) -> None:
    """Tell of labels of several letters that differ in nothing but small and capital ones."""
    by_fold: dict[str, str] = {}
    for label in labels:
        other = by_fold.setdefault(label.casefold(), label)
        if other != label and len(label) > 1:
            log.log(NOTICE, "the labels %r and %r differ in case only; they are learned as two", other, label)


def _sequence(record: Record, labels: Any) -> Iterable[Any]:
    if isinstance(labels, Iterable):
        return labels
    what = f"the target is {labels!r}, where a sequence of labels is needed"
    raise RecordError(what, "give a list of labels, or a text", record.location)


def _empty(record: Record) -> RecordError:
    return RecordError("the target is empty", "give a label, or take the record out", record.location)


def missing(record: Record) -> RecordError:
    """The error for a record that has no target."""
    return RecordError("the record has no target", "name the column that holds it: `target: ...`", record.location)
