"""What steps remember of sequences between their pieces: states, whose rows can be selected and joined."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any, Protocol, Self, runtime_checkable

import numpy as np
import numpy.typing as npt

from seqpipe.data.ragged import Ragged

State = Any
"""What a step remembers of the sequences of a batch between their pieces; `Step.remembers` is its type.

None: nothing, as before the first piece. Else it has a row for each record of the batch, in their order: an array with
the rows on its first axis, a `Ragged`, a list with an item a row (whatever the item is), or a tuple, mapping or
dataclass of such states. For example, a mean that is kept of each record: ``(means, counts)``, shapes (rows, width) and
(rows,).
"""


@runtime_checkable
class Rows(Protocol):
    """A state with a form of its own for its rows, as `Ragged` has."""

    def select(self, rows: npt.NDArray[np.int64]) -> Self:
        """The given rows, in the given order; a row may be given several times."""

    @classmethod
    def concatenate(cls, parts: Sequence[Self]) -> Self:
        """The rows of several states under one another."""


def select_rows(state: State, rows: npt.NDArray[np.int64]) -> State:
    """Return the state of the given rows, in the given order; a row may be given several times.

    So the hypotheses of a beam live on, and a sequence leaves a batch.

    Raises:
        TypeError: part of the state has no rows.
    """
    if state is None:
        return None
    if isinstance(state, np.ndarray):
        return state[rows]
    if isinstance(state, list):
        return [state[row] for row in rows.tolist()]
    if isinstance(state, Rows):
        return state.select(rows)
    return _rebuilt(state, [select_rows(part, rows) for part in _parts(state)])


def concatenate_rows(states: Sequence[State]) -> State:
    """Return one state with the rows of several, which one step has made: so sequences come together in a batch.

    Raises:
        TypeError: part of a state has no rows, or the states are of different kinds.
    """
    first = states[0]
    if any(type(state) is not type(first) for state in states):
        kinds = ", ".join(sorted({type(state).__name__ for state in states}))
        raise TypeError(f"states of different kinds cannot be joined: {kinds}")
    if first is None:
        return None
    if isinstance(first, np.ndarray):
        return np.concatenate(states)
    if isinstance(first, list):
        return [item for state in states for item in state]
    if isinstance(first, Rows):
        return first.concatenate(states)
    return _rebuilt(first, [concatenate_rows(parts) for parts in zip(*map(_parts, states), strict=True)])


def row_counts(state: State) -> Iterator[int]:
    """Yield how many rows each part of a state has; it is the same number where the state is right.

    Raises:
        TypeError: part of the state has no rows.
    """
    if isinstance(state, np.ndarray | list | Ragged):
        yield len(state)
    elif state is not None:
        for part in _parts(state):
            yield from row_counts(part)


def _parts(state: State) -> Sequence[State]:
    """Return the states that a state is made of."""
    if isinstance(state, tuple):
        return state
    if isinstance(state, Mapping):
        return tuple(state.values())
    if is_dataclass(state) and not isinstance(state, type):
        return tuple(getattr(state, field.name) for field in fields(state))
    what = f"a state that is {type(state).__name__} has no rows"
    raise TypeError(f"{what}: make it of arrays, Ragged and lists that have a row for each record")


def _rebuilt(state: State, parts: Sequence[State]) -> State:
    """Return a state of the same kind that is made of other parts."""
    if isinstance(state, tuple):
        return type(state)(*parts) if hasattr(state, "_fields") else tuple(parts)
    if isinstance(state, Mapping):
        return dict(zip(state, parts, strict=True))
    return replace(state, **dict(zip((field.name for field in fields(state)), parts, strict=True)))
