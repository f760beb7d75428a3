"""The law of rows: sequences may join others in a batch, and leave it, between their pieces."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from seqpipe.contracts import Example, State, concatenate_rows, select_rows
from seqpipe.data import Batch, Record
from seqpipe.testing.comparison import difference, part
from seqpipe.testing.law import broken
from seqpipe.testing.laws.pieces import LENGTH, streamed
from seqpipe.testing.subject import Subject, in_pieces, repeated

_SIZES = ((LENGTH // 2, 1, 9), (3, LENGTH // 2, 0, 5), (0, 11))
"""Of the pieces of each sequence, but for the last one, which has what is left."""

_TOGETHER = (
    ((0, 0), (1, 0)),
    ((2, 0),),
    ((1, 1), (0, 1), (2, 1)),
    ((1, 2),),
    ((0, 2), (1, 3)),
    ((2, 2), (0, 3)),
    ((1, 4),),
)
"""Which pieces (sequence, number) are in a batch: all first or all later ones, all last or none."""


def joins_and_leaves(example: Example) -> None:
    """Sequences that join others in a batch between their pieces, and leave it, give what each gives alone.

    Give each array of the state a first axis with a row for each row of the batch, and keep nothing there of the
    batch as a whole.
    """
    subject, record = streamed(example)
    alone = [list(_alone(subject, pieces)) for pieces in _cut(record)]
    after: dict[int, tuple[State, int]] = {}
    for together in _TOGETHER:
        before = [after[sequence] for sequence, number in together if number]
        state = concatenate_rows([select_rows(state, np.array([row])) for state, row in before]) if before else None
        out, left = subject.step(
            Batch.concatenate([alone[sequence][number][0] for sequence, number in together]), state
        )
        for row, (sequence, number) in enumerate(together):
            after[sequence] = left, row
            if differing := difference(alone[sequence][number][1], part(out, row)):
                others = ", ".join(f"{other + 1}" for other, _ in together if other != sequence)
                broken(f"of piece {number + 1} of sequence {sequence + 1}, together with {others}, {differing}")


def _cut(record: Record) -> Iterator[list[Record]]:
    """Yield the pieces of several records that are made of one."""
    for number, sizes in enumerate(_SIZES):
        payload = repeated(record.payload, LENGTH + number)[number:]
        yield in_pieces(Record(f"example:{number + 1}", payload, "example", number + 1), sizes)


def _alone(subject: Subject, pieces: list[Record]) -> Iterator[tuple[Batch, Batch]]:
    """Yield what comes in and what goes out for each piece of a record that is alone."""
    state: State = None
    for batch in subject.pieces(pieces):
        out, state = subject.step(batch, state)
        yield batch, out
