"""Values in a few words."""

from __future__ import annotations

import pytest

from seqpipe.cli.terminal.abbreviation import abbreviated, abbreviated_id


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "true"),
        (12345, "12345"),
        (0.123456, "0.123"),
        ("one\n two", "one two"),
        ("a \x1b[31m bell\x07", "a \ufffd[31m bell\ufffd"),
        ({"low": 0.2, "high": 0.75, "middle": 0.05}, "high 0.75, low 0.2, middle 0.05"),
        ({"a": 1, "b": 4, "c": 3, "d": 2}, "b 4, c 3, d 2, +1"),
        (["B-PER", "O"], "B-PER O"),
        ([{"type": "PER", "text": "Ann", "begin": 0}, {"type": "LOC", "text": "Rome"}], "PER Ann; LOC Rome"),
        ([{"begin": 0.5, "end": 1.0}], "0.5 1"),
        ([1, 2.5, 3, 4], "1 2.5 3 +1"),
        ([[1, 2], [3]], "2 lists"),
        ([], ""),
        ({}, ""),
    ],
)
def test_brief(value, text):
    assert abbreviated(value) == text


def test_an_id_loses_its_folders():
    assert abbreviated_id("a/b/comments.txt:3") == "comments.txt:3"
    assert abbreviated_id("a/") == "a/"
