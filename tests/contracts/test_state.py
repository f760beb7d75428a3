"""Rows of states, against the rows of lists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqpipe.contracts import concatenate_rows, select_rows
from seqpipe.data import OneHot, Ragged
from seqpipe.network.attention_recurrence import DecoderState, Memory

Row = list[int]


@dataclass(frozen=True)
class Counted:
    counts: np.ndarray
    rows: Ragged


class Pair(NamedTuple):
    items: list[Any]
    nested: tuple[Any, ...]


def state_of(rows: list[Row]) -> Pair:
    """Return a state with all that states may be made of, each part telling the same rows."""
    ragged = Ragged.of(rows, np.int32)
    one_hot = OneHot(ragged, 10)
    return Pair(list(rows), ({"counted": Counted(ragged.lengths, ragged), "nothing": None}, one_hot))


def rows_of(state: Pair) -> list[Row]:
    """Return the rows of a state, having seen that all its parts agree."""
    parts, one_hot = state.nested
    rows = [row.tolist() for row in parts["counted"].rows]
    assert parts["counted"].counts.tolist() == [len(row) for row in rows]
    assert [row.tolist() for row in one_hot.ids] == state.items == rows
    assert parts["nothing"] is None
    return rows


ROWS = st.lists(st.lists(st.integers(0, 9), max_size=4), max_size=6)


@given(ROWS, st.data())
def test_rows_are_selected_as_those_of_a_list(rows: list[Row], data: st.DataObject) -> None:
    order = data.draw(st.lists(st.integers(0, len(rows) - 1), max_size=8) if rows else st.just([]))
    selected = select_rows(state_of(rows), np.array(order, np.int64))
    assert rows_of(selected) == [rows[row] for row in order]


@given(st.lists(ROWS, min_size=1, max_size=4))
def test_rows_are_joined_as_those_of_lists(several: list[list[Row]]) -> None:
    joined = concatenate_rows([state_of(rows) for rows in several])
    assert rows_of(joined) == [row for rows in several for row in rows]


def test_what_is_selected_is_not_changed_with_what_it_was_selected_from() -> None:
    before = np.zeros((2, 3))
    after = select_rows((before,), np.array([0, 1]))
    after[0][:] = 1
    assert not before.any()


def test_no_state_stays_none() -> None:
    assert select_rows(None, np.array([0])) is None
    assert concatenate_rows([None, None]) is None


def test_decoders_share_the_memory_of_a_record_among_their_rows() -> None:
    def decoding(records: int, first: float) -> DecoderState:
        values = np.arange(first, first + 2 * records).reshape(-1, 1)
        memory = Memory(values, -values, np.arange(records + 1) * 2)
        hidden = np.arange(first, first + records).reshape(-1, 1)
        return DecoderState(memory, np.arange(records), hidden, hidden, np.zeros((records, 0, hidden.shape[1])))

    one, other = decoding(1, 0.0), decoding(2, 10.0)
    wide = select_rows(other, np.array([1, 1, 0]))
    assert wide.memory is other.memory
    joined = concatenate_rows([one, wide])
    assert joined.hidden.ravel().tolist() == [0, 11, 11, 10]
    heard = [Ragged(joined.memory.values, joined.memory.offsets)[row].ravel().tolist() for row in joined.rows]
    assert heard == [[0, 1], [12, 13], [12, 13], [10, 11]]
    assert (joined.memory.keys == -joined.memory.values).all()


@pytest.mark.parametrize("state", [3, {1, 2}, (np.zeros(2), "text")])
def test_what_has_no_rows_is_refused(state: Any) -> None:
    with pytest.raises(TypeError, match="has no rows: make it of arrays"):
        select_rows(state, np.array([0]))
    with pytest.raises(TypeError, match="has no rows: make it of arrays"):
        concatenate_rows([state, state])


def test_states_of_different_kinds_are_not_joined() -> None:
    with pytest.raises(TypeError, match="different kinds cannot be joined: NoneType, list"):
        concatenate_rows([[1], None])
