"""Laws about what cannot be processed."""

from __future__ import annotations

from typing import Any

import numpy as np

from seqpipe.contracts import Example
from seqpipe.data import Batch, Record
from seqpipe.errors import RecordError
from seqpipe.testing.law import DoesNotApply, broken
from seqpipe.testing.subject import records_of, subject_of, targets_of

ODD = (None, 7, b"bytes", {"a": 1}, [[1.0], [1.0, 2.0]], ["text"], np.array([np.nan], np.float32))
"""Payloads of which a tokenizer takes few."""


def odd_payloads(example: Example) -> None:
    """A payload that cannot be processed is a `RecordError` that names the record; nothing else is raised.

    Check the payload's type first, and raise `RecordError(what, todo, record.location)`.
    """
    subject = subject_of(example)
    if example.before:
        raise DoesNotApply("another stage takes the payloads")
    good = records_of(example)[:1]
    for payload in ODD:
        records = [*good, Record("odd", payload, "odd.txt", 7)]
        _try(lambda records=records: subject.step(Batch(tuple(records))), payload, "odd.txt:7")


def odd_targets(example: Example) -> None:
    """A target that is missing or cannot be learned is a `RecordError` that names the record.

    Check the target in `targets`, and raise `RecordError(what, todo, record.location)`.
    """
    subject = subject_of(example)
    if subject.objective is None or not example.targets or subject.incoming.spec.kind in ("labels", "outputs"):
        raise DoesNotApply("it learns nothing from targets")
    for target in (None, 7.5, "a label that was never seen"):
        record = records_of(example)[0]
        odd = Record("odd", record.payload, "odd.txt", 7, target=target)
        _try(lambda odd=odd: targets_of(subject, [odd]), target, "odd.txt:7")


def _try(call: Any, value: Any, place: str) -> None:
    try:
        call()
    except RecordError as error:
        if not str(error).startswith(place):
            broken(f"the error for {value!r} does not say which record it is: give it `record.location` ({error})")
    except Exception as error:  # noqa: BLE001 - anything else is what this law forbids
        broken(f"{value!r} raises {type(error).__name__}: {error}, not a RecordError")
