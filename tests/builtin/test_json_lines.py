"""Reading JSON Lines."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from seqpipe.builtin.readers.json_lines import ReadJSONLines
from seqpipe.builtin.writers import WriteJSONLines
from seqpipe.data import Record
from seqpipe.data.source import Source
from seqpipe.errors import InputError, RecordError


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def read(content: str | bytes, **parameters: Any) -> list[Record | RecordError]:
    Path("in").write_bytes(content.encode() if isinstance(content, str) else content)
    return list(ReadJSONLines.model_validate(parameters).read(Source("in")))


def test_an_object_is_a_record() -> None:
    items = read('{"text": "fine", "stars": 5, "by": {"name": "Zoë"}}\n\n{"id": 7, "text": ""}\n', payload="text")
    assert items == [
        Record("in:1", "fine", "in", 1, {"text": "fine", "stars": 5, "by": {"name": "Zoë"}}),
        Record("7", "", "in", 3, {"text": ""}),
    ]


def test_a_target() -> None:
    (item,) = read('{"id": "a", "text": "fine", "tags": ["B"]}', target="tags")
    assert item == Record("a", "fine", "in", 1, {"text": "fine", "tags": ["B"]}, ["B"])


def test_numbers_are_not_passed_through() -> None:
    line = '{"signal": [1, 2.5], "roll": [[0, 1], [1, 0]], "rate": 4, "span": [3, 5]}'
    (item,) = read(line, payload="signal", target="roll", type="numbers")
    assert item == Record("in:1", [1, 2.5], "in", 1, {"rate": 4, "span": [3, 5]}, [[0, 1], [1, 0]])
    assert ReadJSONLines(type="numbers").spec.kind == "numbers"


@pytest.mark.parametrize("payload", ["[]", "[[]]", "[1, -2e3]", "[[1, 2], [3.5, 4]]"])
def test_payloads_of_numbers(payload: str) -> None:
    assert isinstance(read(f'{{"x": {payload}}}', payload="x", type="numbers")[0], Record)


@pytest.mark.parametrize(
    ("line", "parameters", "message"),
    [
        (
            '{"text": fine}',
            {},
            "in:1:10: not JSON: here should be a value, such as a text or a number (write one object a line)",
        ),
        (
            '{"text": "a"} x',
            {},
            "in:1:15: not JSON: something follows after the end of the value (write one object a line)",
        ),
        ('{"text": "a", "x": NaN}', {}, "in:1: NaN is no number in JSON (write null, or leave it out)"),
        ('["fine"]', {}, "in:1: a list instead of an object (write one object a line)"),
        ("null", {}, "in:1: null instead of an object (write one object a line)"),
        ("{}", {}, "in:1: no key 'text' for the payload (the object is empty)"),
        ('{"txt": ""}', {}, "in:1: no key 'text' for the payload (did you mean 'txt'?)"),
        ('{"text": "", "b": 1}', {"target": "zz"}, "in:1: no key 'zz' for the target (the keys are text, b)"),
        ('{"text": 7}', {}, "in:1: the payload 'text' is a number, not a text (correct it, or the reader's type)"),
        (
            '{"text": "7"}',
            {"type": "numbers"},
            "in:1: the payload 'text' is a text, not a list of numbers (correct it, or the reader's type)",
        ),
        (
            '{"text": [1, null, true, "a", []]}',
            {"type": "numbers"},
            "in:1: the payload 'text' is a list with a list and a text and null and true or false in it "
            "(correct it, or the reader's type)",
        ),
        (
            '{"text": [[1], [1, 2]]}',
            {"type": "numbers"},
            "in:1: the payload 'text' is a list of lists that are not equally long (correct it, or the reader's type)",
        ),
        ('{"text": "", "id": []}', {}, "in:1: the id is a list (give a text or a whole number)"),
        (
            b"\xff",
            {},
            "in:1: not valid UTF-8: 0xff is byte 1 of the line (save it as UTF-8, or set `encoding`)",
        ),
    ],
)
def test_a_line_that_is_no_record(line: str | bytes, parameters: dict[str, Any], message: str) -> None:
    after = b'\n{"text": "", "b": 1, "zz": 1}\n'
    first, *_ = read((line.encode() if isinstance(line, str) else line) + after, **parameters)
    assert isinstance(first, RecordError)
    assert str(first) == message


def test_a_line_is_read_again_from_its_bytes_alone() -> None:
    for item in read(b'{"text": "fine"}\n{\n\n{"text": "caf\xe9"}\n'):
        assert item.raw
        position = item.position if isinstance(item, Record) else item.where.line if item.where else 0
        (again,) = ReadJSONLines().read(Source("in", first=position, excerpt=item.raw))
        assert str(again) == str(item)


def test_reading_goes_on_after_a_bad_line() -> None:
    assert isinstance(read('{\n{"text": "fine"}\n')[1], Record)


def test_a_number_that_is_too_long() -> None:
    (item,) = read('{"text": ' + "9" * 5_000 + "}")
    assert str(item) == "in:1: a whole number of thousands of digits (put it in quotes, or leave it out)"


def test_payloads_from_python() -> None:
    assert ReadJSONLines(payload="comment").record("fine", 2).columns == {"comment": "fine"}
    assert ReadJSONLines(type="numbers").record([1, 2], 2) == Record("2", [1, 2], position=2)
    with pytest.raises(InputError, match="a text must be a str, not list"):
        ReadJSONLines().record([1], 1)


@pytest.mark.parametrize("deep", [101, 600, 100_000])
@pytest.mark.parametrize(("before", "after"), [("[", "]"), ('{"a":', "}")])
def test_what_is_nested_deeply_fails_alone(deep: int, before: str, after: str) -> None:
    lines = [f'{{"text": "a", "x": {before * (deep - 1)}{after * (deep - 1)}}}'.replace(":}", ":0}"), '{"text": "b"}']
    bad, good = read("\n".join(lines))
    assert str(bad) == "in:1: lists and objects nested more than 100 levels deep (flatten it)"
    assert isinstance(good, Record)


def test_what_is_nested_less_deeply_can_be_written_again() -> None:
    (record,) = read(f'{{"text": "a", "x": {"[" * 99}{"]" * 99}}}')
    assert isinstance(record, Record)
    assert WriteJSONLines().encode(replace(record, payload={}), None)
    assert copy.deepcopy(record) == record
