"""The laws of rows of any length, against lists."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqpipe.data import OneHot, Ragged, indices_of_ranges, offsets_of

FLAT = st.lists(st.lists(st.integers(-9, 9), max_size=4), max_size=5)
NESTED = st.lists(st.lists(st.lists(st.integers(-9, 9), max_size=3), max_size=3), max_size=4)
ROWS = st.one_of(FLAT, NESTED)


def ragged_of(rows: list) -> Ragged:
    """Return rows of numbers, or of lists of them."""
    if any(isinstance(item, list) for row in rows for item in row):
        inner = Ragged.of([item for row in rows for item in row], np.int64)
        return Ragged(inner, offsets_of([len(row) for row in rows]))
    return Ragged.of(rows, np.int64)


def lists_of(ragged: Ragged) -> list:
    """Return what `ragged_of` is the opposite of."""
    return [lists_of(row) if isinstance(row, Ragged) else row.tolist() for row in ragged]


def check(ragged: Ragged, rows: list) -> None:
    """Check the layout that the contract promises, and the rows."""
    assert ragged.offsets.dtype == np.int64
    assert ragged.offsets[0] == 0
    assert ragged.offsets[-1] == len(ragged.values)
    assert lists_of(ragged) == rows
    assert ragged.lengths.tolist() == [len(row) for row in rows]


@given(ROWS)
def test_rows_are_those_that_were_joined(rows):
    check(ragged_of(rows), rows)
    assert [len(row) for row in ragged_of(rows)] == [len(row) for row in rows]


@given(ROWS, st.data())
def test_a_slice_is_the_slice_of_the_list(rows, data):
    start = data.draw(st.integers(0, len(rows)))
    stop = data.draw(st.integers(start, len(rows)))
    part = ragged_of(rows).slice(start, stop)
    check(part, rows[start:stop])
    check(part.slice(0, len(part)), rows[start:stop])


@given(ROWS, st.data())
def test_selected_rows_come_in_the_order_asked_for(rows, data):
    wanted = data.draw(st.lists(st.integers(0, len(rows) - 1), max_size=6)) if rows else []
    check(ragged_of(rows).select(np.array(wanted, np.int64)), [rows[index] for index in wanted])


@given(st.lists(FLAT, min_size=1, max_size=3), st.lists(NESTED, min_size=1, max_size=3))
def test_concatenated_rows_stand_under_one_another(flat, nested):
    check(Ragged.concatenate([ragged_of(rows) for rows in flat]), [row for rows in flat for row in rows])
    parts = [
        Ragged(Ragged.of([item for row in rows for item in row], np.int64), offsets_of(list(map(len, rows))))
        for rows in nested
    ]
    assert lists_of(Ragged.concatenate(parts)) == [row for rows in nested for row in rows]


@given(ROWS, st.data())
def test_a_cut_is_a_part_of_each_row(rows, data):
    begins = [data.draw(st.integers(0, len(row))) for row in rows]
    ends = [data.draw(st.integers(begin, len(row))) for begin, row in zip(begins, rows, strict=True)]
    cut = ragged_of(rows).cut(np.array(begins, np.int64), np.array(ends, np.int64))
    check(cut, [row[begin:end] for row, begin, end in zip(rows, begins, ends, strict=True)])


@given(FLAT, st.data())
def test_a_part_that_was_sliced_is_cut_and_selected_as_the_whole_is(rows, data):
    """Offsets of a slice begin at 0 again, though its values are in the middle of an array."""
    start = data.draw(st.integers(0, len(rows)))
    part, kept = ragged_of(rows).slice(start, len(rows)), rows[start:]
    check(part.cut(np.zeros(len(kept), np.int64), part.lengths), kept)
    check(part.select(np.arange(len(kept))[::-1]), kept[::-1])
    check(part.with_values(part.array * 2), [[2 * item for item in row] for row in kept])


@given(FLAT, st.data())
def test_extended_rows_are_each_followed_by_the_same_row_of_the_other(rows, data):
    more = [data.draw(st.lists(st.integers(-9, 9), max_size=3)) for _ in rows]
    extended = ragged_of(rows).extend(ragged_of(more))
    check(extended, [row + other for row, other in zip(rows, more, strict=True)])


@given(FLAT, st.data())
def test_ranges_may_lie_across_rows(rows, data):
    values = [item for row in rows for item in row]
    begins = data.draw(st.lists(st.integers(0, len(values)), max_size=4))
    lengths = [data.draw(st.integers(0, len(values) - begin)) for begin in begins]
    ranges = ragged_of(rows).ranges(np.array(begins, np.int64), np.array(lengths, np.int64))
    check(ranges, [values[begin : begin + length] for begin, length in zip(begins, lengths, strict=True)])


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 4)), max_size=5))
def test_indices_of_ranges_are_those_of_each_range(ranges):
    begins, lengths = (
        np.array(column, np.int64) for column in ([one[0] for one in ranges], [one[1] for one in ranges])
    )
    expected = [begin + step for begin, length in ranges for step in range(length)]
    assert indices_of_ranges(begins, lengths).tolist() == expected


@given(FLAT, st.data())
def test_one_hot_vectors_are_sliced_selected_and_cut_as_their_matrix_is(rows, data):
    ids = Ragged.of([[item % 4 - 1 for item in row] for row in rows], np.int32)
    vectors = OneHot(ids, 3)
    start = data.draw(st.integers(0, len(rows)))
    dense = vectors.dense()
    np.testing.assert_array_equal(vectors.slice(start, len(rows)).dense(), dense[ids.offsets[start] :])
    np.testing.assert_array_equal(OneHot.concatenate([vectors, vectors]).dense(), np.concatenate([dense, dense]))
    reverse = np.arange(len(rows))[::-1]
    expected = [dense[ids.offsets[row] : ids.offsets[row + 1]] for row in reverse]
    np.testing.assert_array_equal(vectors.select(reverse).dense(), np.concatenate([dense[:0], *expected]))
    begins = np.minimum(1, ids.lengths)
    np.testing.assert_array_equal(vectors.cut(begins, ids.lengths).ids.array, ids.cut(begins, ids.lengths).array)


def test_a_row_that_there_is_not():
    with pytest.raises(IndexError, match="row 2 of 2"):
        Ragged.of([[1], [2]])[2]


def test_as_many_values_as_positions():
    with pytest.raises(ValueError, match="2 values for 3 positions"):
        Ragged.of([[1, 2], [3]]).with_values(np.zeros(2))
