"""Laws about augmentations."""

from __future__ import annotations

import pickle

import numpy as np

from seqpipe.contracts import Augmentation, Example
from seqpipe.data import Record
from seqpipe.testing.comparison import unequal
from seqpipe.testing.law import broken
from seqpipe.testing.subject import records_of

TIMES = 5
"""Random forms of each record that are tried."""


def augments(example: Example) -> None:
    """Another form of a record is a record with the same id, the same for the same random numbers.

    Take all that is random from the generator that `apply` gets, and return `dataclasses.replace(record,
    payload=...)`.
    """
    stage, records = _among(example)
    for record in records:
        for seed in range(TIMES):
            first, second = (stage.apply(record, np.random.default_rng(seed)) for _ in range(2))
            if not isinstance(first, Record) or first.id != record.id:
                broken("apply must give a Record with the same id")
            for name in ("payload", "target"):
                if difference := unequal(getattr(first, name), getattr(second, name)):
                    broken(f"for the same random numbers the {name} differs: {difference}")


def leaves_records(example: Example) -> None:
    """The record that is given stays as it is.

    Copy a payload before it is changed: `record.payload.copy()`.
    """
    stage, records = _among(example)
    for record in records:
        original = pickle.dumps(record)
        for seed in range(TIMES):
            stage.apply(record, np.random.default_rng(seed))
            if pickle.dumps(record) != original:
                broken("it changes the record")


def _among(example: Example) -> tuple[Augmentation, list[Record]]:
    assert isinstance(example.stage, Augmentation)
    records = records_of(example)
    return example.stage.among(records), records
