"""Text in other encodings than UTF-8."""

from __future__ import annotations

import gzip
import io
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from seqpipe.builtin.readers.json_lines import ReadJSONLines
from seqpipe.builtin.readers.lines import ReadLines
from seqpipe.builtin.readers.tables import ReadCSV, ReadTSV
from seqpipe.contracts import Reader
from seqpipe.data import Record
from seqpipe.data.source import Source
from seqpipe.errors import InputError, RecordError

TEXTS = ["café", "a\x85b\u2028c", "größer", ""]
"""With what some take for ends of lines."""


def payloads(items: list[Record | RecordError]) -> list[str]:
    return [item.payload if isinstance(item, Record) else str(item) for item in items]


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16", "utf-16-le", "utf-32", "utf-8-sig", "UTF-8"])
@pytest.mark.parametrize("packed", [False, True])
def test_lines_are_those_of_the_text(tmp_path: Path, encoding: str, *, packed: bool) -> None:
    texts = [text for text in TEXTS if encoding != "latin-1" or "\u2028" not in text]
    content = "".join(f"{text}\r\n" for text in texts).encode(encoding)
    path = tmp_path / ("in.txt.gz" if packed else "in.txt")
    path.write_bytes(gzip.compress(content) if packed else content)
    reader = ReadLines(encoding=encoding)
    records = list(reader.read(Source(str(path))))
    assert payloads(records) == texts
    for record in records:  # a record that failed is read again from what the quarantine has of it
        assert isinstance(record, Record)
        assert list(reader.read(Source(str(path), first=record.position, excerpt=record.raw))) == [record]


@pytest.mark.parametrize(
    ("reader", "content"),
    [(ReadCSV(), "id,text\n1,café\n"), (ReadTSV(), "text\ncafé\n"), (ReadJSONLines(), '{"text": "café"}\n')],
)
def test_every_reader_of_text_takes_an_encoding(tmp_path: Path, reader: Reader, content: str) -> None:
    path = tmp_path / "in"
    path.write_bytes(content.encode("cp1252"))
    reader = reader.model_copy(update={"encoding": "cp1252"})
    assert payloads(list(reader.read(Source(str(path))))) == ["café"]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_recognised(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "in.txt"
    path.write_bytes("\ufefftext\n".encode(encoding))
    with pytest.raises(InputError, match=r"in.txt: text in UTF-16 \(add `encoding: utf-16` under `read`, or save it"):
        list(ReadLines().read(Source(str(path))))


def test_what_is_not_in_the_encoding_is_said(tmp_path: Path) -> None:
    path = tmp_path / "in.txt"
    path.write_bytes(b"fine\n\x81\n")
    with pytest.raises(InputError, match=r"in.txt: not text in cp1252 \(give the `encoding:` that it was saved in"):
        list(ReadLines(encoding="cp1252").read(Source(str(path))))


def test_standard_input_stays_open(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.TextIOWrapper(io.BytesIO("café\n".encode("utf-16")))
    monkeypatch.setattr(sys, "stdin", stream)
    assert payloads(list(ReadLines(encoding="utf-16").read(Source("-")))) == ["café"]
    assert not stream.buffer.closed


def test_a_line_without_end_is_bounded(tmp_path: Path) -> None:
    path = tmp_path / "in.txt"
    path.write_bytes(("é" * 1000 + "\nfine\n").encode("latin-1"))
    long, fine = ReadLines(encoding="latin-1").read(Source(str(path), longest=100))
    assert isinstance(long, RecordError)
    assert "longer than 100 bytes" in str(long)
    assert isinstance(fine, Record)


@pytest.mark.parametrize("name", ["klingon", "base64", "rot13"])
def test_an_encoding_has_to_be_known(name: str) -> None:
    with pytest.raises(ValidationError, match=f"no encoding of text is named {name!r}"):
        ReadLines(encoding=name)
