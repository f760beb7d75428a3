"""Text, a record a line."""

from __future__ import annotations

import gzip
import io
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqpipe.builtin.readers.lines import ReadLines
from seqpipe.data import Record
from seqpipe.data.source import Source
from seqpipe.errors import InputError, RecordError


def read(path: Path, content: bytes) -> list[Record | RecordError]:
    path.write_bytes(content)
    return list(ReadLines().read(Source(str(path))))


def payloads(items: Iterator[Record | RecordError] | list[Record | RecordError]) -> list[str]:
    return [item.payload if isinstance(item, Record) else f"<{item}>" for item in items]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", []),
        (b"one", ["one"]),
        (b"one\n", ["one"]),
        (b"one\ntwo", ["one", "two"]),
        (b"one\r\ntwo\r\n", ["one", "two"]),
        (b"\n\none\n\n", ["", "", "one", ""]),
        (b"one\rtwo\n", ["one\rtwo"]),
        (b"one\r", ["one\r"]),
        ("a\u2028b\x0bc\n".encode(), ["a\u2028b\x0bc"]),
        (b"\xef\xbb\xbfone\n\xef\xbb\xbftwo\n", ["one", "\ufefftwo"]),
        (b"\xef\xbb\xbf", [""]),
        (b"a\x00b\n\x00\n", ["a\x00b", "\x00"]),
        ("déjà vu 🎬\n".encode(), ["déjà vu 🎬"]),
    ],
)
def test_a_line_is_a_record(tmp_path: Path, content: bytes, expected: list[str]) -> None:
    assert payloads(read(tmp_path / "in.txt", content)) == expected


def test_a_record_says_where_it_is_from(tmp_path: Path) -> None:
    name = str(tmp_path / "in.txt")
    _, second = read(tmp_path / "in.txt", b"one\ntwo\n")
    assert second == Record(f"{name}:2", "two", name, 2, {"text": "two"})


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"one\n")))
    assert list(ReadLines().read(Source("-"))) == [Record("-:1", "one", "-", 1, {"text": "one"})]


def test_a_line_that_is_not_utf8_does_not_end_the_reading(tmp_path: Path) -> None:
    path = tmp_path / "in.txt"
    items = read(path, b"one\ncaf\xe9\nthree\n")
    assert payloads(items) == [
        "one",
        f"<{path}:2: not valid UTF-8: 0xe9 is byte 4 of the line (save it as UTF-8, or set `encoding`)>",
        "three",
    ]


def test_a_very_long_line(tmp_path: Path) -> None:
    path = tmp_path / "in.txt"
    assert [len(text) for text in payloads(read(path, b"x" * 100_000_000 + b"\ny\n"))] == [100_000_000, 1]


def test_a_packed_file_and_one_that_is_cut_short(tmp_path: Path) -> None:
    path = tmp_path / "in.txt.gz"
    packed = gzip.compress(b"one\ntwo\n")
    assert payloads(read(path, packed)) == ["one", "two"]
    with pytest.raises(InputError, match="not a whole gzip file"):
        read(path, packed[:-9])


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(InputError) as caught:
        list(ReadLines().read(Source("absent.txt")))
    assert str(caught.value) == "absent.txt: no such file (check the path)"


@given(st.lists(st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]))))
def test_lines_in_and_records_out_correspond(tmp_path_factory: pytest.TempPathFactory, lines: list[str]) -> None:
    lines = [line.removesuffix("\r") for line in lines]
    path = tmp_path_factory.getbasetemp() / "in.txt"
    content = "".join(f"{line}\n" for line in lines)
    assert payloads(read(path, b"\xef\xbb\xbf" + content.encode())) == (lines or [""])


def test_a_payload_from_python() -> None:
    reader = ReadLines()
    assert reader.record("fine", 3) == Record("3", "fine", position=3, columns={"text": "fine"})
    with pytest.raises(InputError) as caught:
        reader.record(7, 3)
    assert str(caught.value) == "record 3: a text must be a str, not int (pass a str)"


def test_the_declaration() -> None:
    assert ReadLines().spec.kind == "text"
    assert ReadLines.model_validate({"path": "a.txt"}).declaration() == {
        "reader": "core.lines",
        "path": ["a.txt"],
        "encoding": "utf-8",
    }


def test_a_record_is_read_again_from_its_bytes_alone(tmp_path: Path) -> None:
    items = read(tmp_path / "in.txt", b"\xef\xbb\xbfone\ncaf\xe9\r\nthree")
    for item in items:
        assert item.raw
        position = item.position if isinstance(item, Record) else item.where.line if item.where else 0
        (again,) = ReadLines().read(Source(str(tmp_path / "in.txt"), first=position, excerpt=item.raw))
        assert str(again) == str(item)


def test_a_line_that_is_longer_than_allowed_is_read_over(tmp_path: Path) -> None:
    path = tmp_path / "in.txt"
    path.write_bytes(b"123456\n1234567\n\n" + b"x" * 1000 + b"\nend")
    items = list(ReadLines().read(Source(str(path), longest=7)))
    assert payloads(items) == [
        "123456",
        f"<{path}:2: longer than 7 bytes (check that lines end, or raise limits.record_mb)>",
        "",
        f"<{path}:4: longer than 7 bytes (check that lines end, or raise limits.record_mb)>",
        "end",
    ]
    assert [item.raw for item in items] == [b"123456\n", None, b"\n", None, b"end"]


def test_a_source_knows_how_much_of_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "in.txt"
    path.write_bytes(b"line\n" * 100_000)
    source = Source(str(path))
    assert source.consumed == 0
    records = ReadLines().read(source)
    next(records)
    assert 0 < source.consumed < 500_000
    for _ in records:
        assert source.consumed <= 500_000
