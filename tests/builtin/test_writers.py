"""The forms that results take."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqpipe.builtin.writers import WriteJSONLines, WriteText
from seqpipe.data import Record
from seqpipe.errors import RecordError


def result(columns: dict[str, Any] | None = None, **results: Any) -> Record:
    return Record("r:1", results, "r", 1, columns or {})


def line(record: Record) -> str:
    return WriteJSONLines().encode(record).decode()


def test_an_object_a_line() -> None:
    record = result({"text": "déjà\nvu"}, stars=4, scores={"good": 0.5})
    assert line(record) == '{"id": "r:1", "text": "déjà\\nvu", "stars": 4, "scores": {"good": 0.5}}\n'


def test_a_column_with_the_name_of_a_result_is_kept() -> None:
    record = result({"stars": "5", "id": "mine"}, stars=4, id="yours")
    assert json.loads(line(record)) == {
        "id": "r:1",
        "input.stars": "5",
        "input.id": "mine",
        "stars": 4,
        "output.id": "yours",
    }


def test_no_column_hides_another() -> None:
    record = result({"stars": "5", "input.stars": "3"}, stars=4)
    assert json.loads(line(record)) == {"id": "r:1", "input.input.stars": "5", "input.stars": "3", "stars": 4}


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (np.float32(0.9), "0.9"),
        (float(np.float32(0.9)), "0.9"),
        (0.9, "0.9"),
        (0.1 + 0.2, "0.30000000000000004"),
        (1 / 16000, "6.25e-05"),
        (86400.0625, "86400.0625"),
        (np.float32(1e-30), "1e-30"),
        (-0.0, "-0.0"),
        (float("nan"), "null"),
        (np.array([np.inf, -np.inf, 1], np.float32), "[null, null, 1.0]"),
        (np.array([[1, 2]], np.int64), "[[1, 2]]"),
        (np.int8(3), "3"),
        (np.bool_(True), "true"),
        (np.str_("a"), '"a"'),
        ((1, None, {"a": (2,)}), '[1, null, {"a": [2]}]'),
        ("\u2028\x00", '"\u2028\\u0000"'),
        ("\ud800é", '"\\ud800\\u00e9"'),
    ],
)
def test_values(value: Any, written: str) -> None:
    assert line(result(x=value)) == f'{{"id": "r:1", "x": {written}}}\n'


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_a_float32_reads_back(value: float) -> None:
    read = json.loads(line(result(x=np.float32(value))))["x"]
    assert np.float32(read) == np.float32(value)


def test_a_value_that_json_does_not_have() -> None:
    with pytest.raises(RecordError) as caught:
        line(result(tokens=[{1, 2}]))
    assert str(caught.value) == "r:1: 'tokens' holds set (give numbers, texts, lists and mappings)"


def test_plain_text() -> None:
    record = result({"text": "guten Tag"}, translation="good\r\nday\u2028!", score=0.5)
    assert WriteText().encode(record) == b"good day !\n"
    assert WriteText(field="score").encode(record) == b"0.5\n"
    assert WriteText(field="id").encode(record) == b"r:1\n"
    assert WriteText().encode(result(text=None)) == b"\n"


@pytest.mark.parametrize(
    ("writer", "record", "message"),
    [
        (WriteText(field="star"), result(stars=1), "r:1: no field 'star' to write (did you mean 'stars'?)"),
        (WriteText(field="zz"), result(stars=1), "r:1: no field 'zz' to write (the fields are id, stars)"),
        (WriteText(), result(), "r:1: no field '' to write (the fields are id)"),
    ],
)
def test_a_field_that_is_not_there(writer: WriteText, record: Record, message: str) -> None:
    with pytest.raises(RecordError) as caught:
        writer.encode(record)
    assert str(caught.value) == message


@given(st.text())
def test_a_result_is_one_line(text: str) -> None:
    record = result({"text": text}, stars=1)
    for writer in (WriteJSONLines(), WriteText(field="text")):
        written = writer.encode(record)
        assert written.endswith(b"\n")
        assert written.count(b"\n") == 1
