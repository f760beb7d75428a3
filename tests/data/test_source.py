"""Sources: how files are opened."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import pytest

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
        (str(path), f"{path}: {said} (decompress it first)"),
        ("-", f"standard input: {said} (save it and name the file)"),
    ):
        with pytest.raises(InputError) as caught, Source(name).open_seekable():
            pass
        assert str(caught.value) == message


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught, Source(str(tmp_path)).open():
        pass
    assert str(caught.value) == f"{tmp_path}: a folder, where a file is needed (name a file in it)"


@pytest.mark.parametrize(
    ("name", "suffix", "compression"),
    [
        ("a/b.CSV", ".csv", ""),
        ("b.csv.gz", ".csv", ".gz"),
        ("b.jsonl.ZST", ".jsonl", ".ZST"),
        ("b.gz", "", ".gz"),
        ("-", "", ""),
    ],
)
def test_the_endings_of_a_name(name: str, suffix: str, compression: str) -> None:
    assert (Source(name).suffix, Source(name).compression) == (suffix, compression)
