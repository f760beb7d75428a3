"""Laws about what stages learn without gradients."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from seqpipe.contracts import Decoder, Example, Incoming, Learned
from seqpipe.data import Batch
from seqpipe.testing.comparison import difference, part, unequal
from seqpipe.testing.law import DoesNotApply, broken
from seqpipe.testing.subject import Subject, records_of, subject_of


def learns_the_same(example: Example) -> None:
    """The same data teach the same, in batches of any size.

    Count and sum in `see`, sort what has ties in `learned`, and let neither the order nor the size of batches
    matter.
    """
    subject = subject_of(example)
    whole, single = _batches(subject, split=False), _batches(subject, split=True)
    first = _learned(subject, whole)
    if differing := unequal(first, _learned(subject, whole)):
        broken(f"at the second time {differing}")
    if differing := unequal(_rounded(first), _rounded(_learned(subject, single))):
        broken(f"from batches of one record {differing}")


def learned_is_kept(example: Example) -> None:
    """What was learned goes into a model's file and comes back: JSON values and NumPy arrays by name.

    Return plain JSON values (dicts, lists, text, numbers) and NumPy arrays from `learned`.
    """
    subject = subject_of(example)
    if not subject.incoming.learned:
        raise DoesNotApply("there is nothing to learn")
    try:
        restored = {name: _kept(value) for name, value in subject.incoming.learned.items()}
    except (TypeError, ValueError) as error:
        broken(f"what is learned cannot be kept: {error}")
    batch = subject.batch()
    if differing := difference(subject.step(batch)[0], subject.build(learned=restored)(batch)[0]):
        broken(f"with what came back from a file, {differing}")


def _learned(subject: Subject, batches: list[Batch]) -> Learned:
    spec = subject.example.spec if isinstance(subject.stage, Decoder) else subject.incoming.spec
    learner = subject.stage.learner(Incoming(spec))
    if learner is None:
        raise DoesNotApply("there is nothing to learn")
    for batch in batches:
        learner.see(batch)
    return dict(learner.learned())


def _batches(subject: Subject, *, split: bool) -> list[Batch]:
    """Return what a learner sees: what comes in to the step, or for a decoder the records as they are read."""
    decoder = isinstance(subject.stage, Decoder)
    batch = Batch(tuple(records_of(subject.example))) if decoder else subject.batch()
    return [part(batch, index) for index in range(len(batch.records))] if split else [batch]


def _rounded(value: Any) -> Any:
    """Return plain values with so many digits as sums in another order have in common."""
    if isinstance(value, dict):
        return {name: _rounded(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    if isinstance(value, float):
        return float(f"{value:.9g}")
    return np.round(value, 6) if isinstance(value, np.ndarray) and value.dtype.kind == "f" else value


def _kept(value: Any) -> Any:
    return value if isinstance(value, np.ndarray) else json.loads(json.dumps(value, allow_nan=False))
