"""The law of pieces: a sequence that comes in pieces gives what the whole gives."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from seqpipe.contracts import Example, State, Step
from seqpipe.contracts.state_form import StateError, flattened, restored
from seqpipe.data import Record
from seqpipe.data.ragged import Array
from seqpipe.testing.comparison import joined, unequal
from seqpipe.testing.law import DoesNotApply, broken
from seqpipe.testing.subject import Subject, in_pieces, longest, repeated, subject_of

LENGTH = 97


def pieces(example: Example) -> None:
    """For a stage that can be streamed: a sequence in pieces gives what the whole gives.

    Carry what the next piece needs in the state, and give back None where `batch.final`; else set
    `streamable=False` in the spec.
    """
    subject, record = streamed(example)
    whole = _whole(subject, [record])
    for sizes in _cuts(len(record.payload)):
        if differing := _differ(whole, _whole(subject, in_pieces(record, sizes))):
            broken(f"in pieces of {', '.join(map(str, [*sizes, len(record.payload) - sum(sizes)]))}, {differing}")


def state_is_kept(example: Example) -> None:
    """A state between two pieces can be kept as plain values and arrays, and does not change when it is used.

    Make the state of arrays, numbers and tuples, and return a new one in place of changing that which came in.
    """
    subject, record = streamed(example)
    cut = in_pieces(record, [LENGTH // 3, LENGTH // 3])
    straight = _whole(subject, cut)
    state: State = None
    outs = []
    for batch in subject.pieces(cut):
        before = _kept(state)
        out, after = subject.step(batch, state)
        if _kept(state) != before:
            broken("a step changes the state that it is given: make another one")
        outs.append(out)
        state = _restored(after, subject.step)
    if differing := _differ(straight, joined(outs, _of_rows(subject))):
        broken(f"with states that were kept and restored, {differing}")


def streamed(example: Example) -> tuple[Subject, Record]:
    """Return a stage that can be streamed, and a record that is long enough to be cut."""
    subject = subject_of(example)
    if not subject.step.spec.streamable:
        raise DoesNotApply("it says that it cannot be streamed")
    if not all(step.spec.streamable for step in subject.before):
        raise DoesNotApply("a stage before it cannot be streamed")
    payload = longest(example)
    if payload is None:
        raise DoesNotApply("payloads are no sequences that the kit can cut")
    return subject, Record("example:1", repeated(payload, LENGTH), "example", 1)


def _cuts(length: int) -> Iterator[list[int]]:
    yield [length // 2]
    yield [1, 1, 1]
    yield [0, length // 3, 0, 5]
    yield [1] * (length - 1)
    yield [length]  # nothing is left for the last piece


def _whole(subject: Subject, records: Sequence[Record]) -> tuple[Any, Any]:
    """Put together what comes out for the pieces of a record."""
    state: State = None
    outs = []
    for batch in subject.pieces(records):
        out, state = subject.step(batch, state)
        outs.append(out)
    return joined(outs, _of_rows(subject))


def _of_rows(subject: Subject) -> set[str]:
    """Return the columns with one value a row, which pieces of a row have each for itself."""
    return {name for name, column in subject.step.spec.columns.items() if column.pooled}


def _kept(state: State) -> tuple[Any, list[bytes]]:
    """Return all that a state holds, for comparison."""
    form, arrays = _flattened(state)
    return form, [array.tobytes() for array in arrays]


def _flattened(state: State) -> tuple[Any, list[Array]]:
    arrays: list[Array] = []
    try:
        return flattened(state, arrays), arrays
    except StateError as error:
        broken(f"its state cannot be kept: {error}")


def _restored(state: State, step: Step) -> State:
    """Return a state that was kept and made again."""
    if state is None:
        return None
    if step.remembers is None:
        broken(f"it does not say what it remembers: give {type(step).__name__} `remembers`, the type of its state")
    form, arrays = _flattened(state)
    try:
        return restored(json.loads(json.dumps(form)), dict(enumerate(arrays)), step.remembers)
    except StateError as error:
        broken(f"its state is not what `remembers` says: {error}")


def _differ(whole: tuple[Any, Any], other: tuple[Any, Any]) -> str:
    return unequal(whole[0], other[0]) or unequal(whole[1], other[1])
