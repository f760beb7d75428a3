"""The parser of CSV, against Python's own."""

from __future__ import annotations

import csv

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from seqpipe.builtin.readers.csv_cells import csv_cells


def rows(lines: list[str]) -> list[list[str]] | None:
    """Return the rows of lines; None if they are not CSV."""
    following = iter(lines)
    try:
        return [csv_cells(line, following) for line in following]
    except ValueError:
        return None


@settings(max_examples=500)
@example('\r,a"')
@given(st.text(alphabet='a",\n\r ', max_size=24))
def test_rows_are_those_of_pythons_parser(text):
    lines = text.splitlines(keepends=True) if "\r" not in text else [part + "\n" for part in text.split("\n")]
    try:
        expected = list(csv.reader(lines, strict=True))
    except csv.Error:
        expected = None
    assert rows(lines) == expected


def test_a_cell_in_quotes_may_be_as_long_as_is_allowed():
    lines = ['b"\n']
    assert csv_cells('"a\n', iter(lines), 3) == ["a\nb"]
    with pytest.raises(ValueError, match="a cell of more than 2 characters"):
        csv_cells('"a\n', iter(lines), 2)


def test_a_cell_may_be_longer_than_pythons_parser_allows():
    long = "x" * (csv.field_size_limit() + 1)
    assert csv_cells(f'"{long}",b\n', iter(())) == [long, "b"]
