"""Manifests of files, for readers of media."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from seqpipe.builtin.readers.manifest import manifest_lines
from seqpipe.data import Record
from seqpipe.data.source import Source
from seqpipe.errors import RecordError

CONTENT = b"\xef\xbb\xbfa/one two.wav\t one \r\n\nthree.wav\n\xff.wav\tx\n" + b"y" * 200 + b"\nlast.wav\t"


def shown(line: tuple[Path, Record] | RecordError) -> object:
    if isinstance(line, RecordError):
        return line.what
    path, record = line
    return path, record.id, record.position, record.target


def test_each_line_names_a_file_beside_it(tmp_path: Path) -> None:
    manifest = tmp_path / "list.tsv"
    manifest.write_bytes(CONTENT)
    assert [shown(line) for line in manifest_lines(Source(str(manifest), longest=100))] == [
        (tmp_path / "a" / "one two.wav", "a/one two.wav", 1, "one"),
        (tmp_path / "three.wav", "three.wav", 3, None),
        "not valid UTF-8: 0xff is byte 1 of the line",
        "longer than 100 bytes",
        (tmp_path / "last.wav", "last.wav", 6, ""),
    ]


def test_on_standard_input_files_lie_in_the_working_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"one.wav\n/two.wav\n")))
    assert [line[0] for line in manifest_lines(Source("-")) if not isinstance(line, RecordError)] == [
        Path("one.wav"),
        Path("/two.wav"),
    ]
