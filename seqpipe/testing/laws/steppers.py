"""Laws about cores that are asked one position at a time."""

from __future__ import annotations

from typing import Any

import numpy as np

from seqpipe.contracts import Example, Stepper, concatenate_rows, select_rows
from seqpipe.data import Batch, OneHot, Ragged
from seqpipe.data.ragged import Array
from seqpipe.testing.comparison import part
from seqpipe.testing.law import DoesNotApply, broken
from seqpipe.testing.subject import subject_of

CLOSE = 1e-4


def scores_its_steps(example: Example) -> None:
    """A stepper that is led through a sequence gives the logits that it scores the whole with.

    Let `score` do what `start` and `step` do, one position after the other, with the same state.
    """
    stepper, opened, inputs, scored = _scored(example)
    logits, state = stepper.start(opened)
    for position, expected in enumerate(scored):
        if not np.allclose(logits[0], expected, atol=CLOSE):
            broken(f"at position {position}, step by step gives {logits[0]}, score gives {expected}")
        if position < len(inputs):
            logits, state = stepper.step(inputs[position : position + 1], state)


def selects_rows(example: Example) -> None:
    """Rows of a state that are selected, doubled, put in another order or joined go on as they would have.

    Give each array of the state a first axis with a row for each hypothesis, and tie no row to its place.
    """
    stepper, opened, inputs, _ = _scored(example)
    _, state = stepper.start(opened)
    if not len(inputs):
        raise DoesNotApply("the example has no sequence to continue")
    expected, _ = stepper.step(inputs[:1], state)
    twice = select_rows(state, np.array([0, 0], np.int64))
    logits, after = stepper.step(inputs[[0, -1]], twice)
    if not np.allclose(logits[0], expected[0], atol=CLOSE):
        broken("a row that is selected twice goes on in another way")
    both, _ = stepper.step(inputs[[0, 0]], after)
    for order in ([1, 0], [1], [0]):
        chosen = select_rows(after, np.array(order, np.int64))
        again, _ = stepper.step(inputs[[0] * len(order)], chosen)
        if not np.allclose(again, both[order], atol=CLOSE):
            broken(f"of two rows, those selected as {order} go on in another way")
    joined, _ = stepper.step(inputs[[0] * 3], concatenate_rows([after, select_rows(after, np.array([0]))]))
    if not np.allclose(joined, both[[0, 1, 0]], atol=CLOSE):
        broken("rows of states that are joined go on in another way")


def _scored(example: Example) -> tuple[Stepper, Batch, Array, Array]:
    """Return a stepper, what opens it, what it is led through, and the logits that belong to that."""
    subject = subject_of(example)
    stepper: Any = subject.step
    if not isinstance(stepper, Stepper):
        raise DoesNotApply("it is no stepper")
    batch = subject.batch()
    index = int(np.argmax(batch.sequence.lengths)) if batch.sequence is not None else 0
    if example.targets and subject.objective is not None:
        targeted = part(subject.objective.targets(batch), index)
        if "target" in targeted.columns and not _is_own(targeted):
            inputs = np.asarray(targeted.columns["target"][0])  # type: ignore[index]
            return stepper, part(batch, index), inputs[:-1], stepper.score(targeted).ragged.array
    whole = part(batch, index)
    column = whole.main
    inputs = np.asarray(column.ids[0] if isinstance(column, OneHot) else column[0])
    return stepper, _emptied(whole), inputs[:-1], stepper.score(whole).ragged.array


def _is_own(batch: Batch) -> bool:
    """Whether the target is the sequence itself, as of a language model."""
    target, own = batch.columns["target"], batch.sequence
    ids = own.ids if isinstance(own, OneHot) else own
    return isinstance(target, Ragged) and isinstance(ids, Ragged) and np.array_equal(target.array, ids.array)


def _emptied(batch: Batch) -> Batch:
    """Return a batch with nothing in its rows: what the first step is made of."""
    nothing = np.zeros(0, np.int64)
    offsets = np.zeros(2, np.int64)

    def emptied(column: Ragged | OneHot) -> Ragged | OneHot:
        if isinstance(column, OneHot):
            return OneHot(Ragged(column.ids.values[nothing], offsets), column.depth, column.codebook)  # type: ignore[index]
        return Ragged(column.values[nothing], offsets)  # type: ignore[index]

    return batch.replace(sequence=emptied(batch.main), columns={})
