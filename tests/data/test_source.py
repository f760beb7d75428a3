"""Sources: how files are opened."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import pytest

from seqpipe.builtin.readers.lines import ReadLines
from seqpipe.builtin.readers.manifest import manifest_lines
from seqpipe.data import Record
from seqpipe.data import source as module
from seqpipe.data.source import Source
from seqpipe.errors import InputError


class Standard:
    """Standard input, which cannot be sought in."""

    def __init__(self, held: bytes) -> None:
        self.buffer = io.BytesIO(held)
        self.buffer.seekable = lambda: False  # type: ignore[method-assign]  # as a pipe


def test_a_file_is_sought_in_where_it_lies(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"0123456789")
    with Source(str(tmp_path / "a")).open_seekable() as file:
        assert file.name == str(tmp_path / "a")
        assert (file.seek(-3, 2), file.read()) == (7, b"789")


def test_what_cannot_be_sought_in_is_taken_into_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.GZ").write_bytes(gzip.compress(b"0123456789"))
    monkeypatch.setattr("sys.stdin", Standard(b"0123456789"))
    for name in (str(tmp_path / "a.GZ"), "-"):
        with Source(name).open_seekable() as file:
            assert (file.seek(-3, 2), file.read()) == (7, b"789")


def test_what_is_too_much_for_memory_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_HELD", 3 << 20)
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(bytes((3 << 20) + 1)))
    monkeypatch.setattr("sys.stdin", Standard(bytes((3 << 20) + 1)))
    said = "more than 3 MB, which have to be held in memory here"
    for name, message in (
        (str(path), f"{path}: {said} (unpack it first)"),
        ("-", f"standard input: {said} (save it and name the file)"),
    ):
        with pytest.raises(InputError) as caught, Source(name).open_seekable():
            pass
        assert str(caught.value) == message


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught, Source(str(tmp_path)).open():
        pass
    assert str(caught.value) == f"{tmp_path}: a folder, where a file is needed (name a file in it)"


def test_content_without_a_path_is_read_as_a_file_is() -> None:
    content = "Größe\n".encode("latin-1")
    (record,) = ReadLines(encoding="latin-1").read(Source("words.txt", content=content))
    assert record == Record("words.txt:1", "Größe", "words.txt", 1, {"text": "Größe"})
    with Source("words.txt.gz", content=gzip.compress(content)).open_seekable() as file:
        assert file.read() == content


def test_content_unpacks_to_no_more_than_it_may() -> None:
    source = Source("zeros.txt.gz", content=gzip.compress(bytes(10_000_000)), most_unpacked=1_000_000)
    with pytest.raises(InputError, match=r"zeros.txt.gz: it unpacks to more than 1,000,000 bytes"):
        list(ReadLines().read(source))


def test_content_without_a_path_leads_to_no_other_file(tmp_path: Path) -> None:
    (tmp_path / "there.wav").write_bytes(b"RIFF")
    table = Source(str(tmp_path / "table.tsv"), content=b"there.wav\tone\n")
    with pytest.raises(InputError, match="a table of files, which has come without them"):
        next(manifest_lines(table))
    assert not Source("-", content=b"").standard_input
