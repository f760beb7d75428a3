"""Files of which each is a record, and targets that stand in paths or tables."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from pydantic import ValidationError

from seqpipe.builtin.readers.labelled_files import ReadFolders, ReadListed
from seqpipe.builtin.readers.lines import ReadLines
from seqpipe.builtin.readers.tables import ReadCSV
from seqpipe.builtin.readers.texts import ReadTexts
from seqpipe.contracts import Reader
from seqpipe.data import Record, Spec
from seqpipe.data.source import Source
from seqpipe.errors import RecordError
from seqpipe.sources import expand


class Pieces(ReadTexts):
    """A record of two pieces."""

    name: ClassVar[str] = "stub.pieces"

    def read(self, source: Source) -> Iterator[Record | RecordError]:
        for payload, last in (("a", False), ("b", True)):
            yield Record(source.name, payload, source.name, source.position, last=last)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(**contents: str | bytes) -> None:
    for name, content in contents.items():
        path = Path(name.replace("__", "/").replace("_dot_", "."))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def read(reader: Reader, *inputs: str) -> list[Any]:
    items = [item for source in expand(inputs, reader.suffixes) for item in reader.read(source)]
    return [str(item) if isinstance(item, RecordError) else item for item in items]


def test_a_file_of_text_is_a_record() -> None:
    write(a_dot_txt="\ufeffA fine\nfilm.\r\n", empty_dot_txt="")
    assert read(ReadTexts(), "a.txt", "empty.txt") == [
        Record("a.txt", "A fine\nfilm.\r\n", "a.txt", 1, {"text": "A fine\nfilm.\r\n"}),
        Record("empty.txt", "", "empty.txt", 2, {"text": ""}),
    ]
    write(b_dot_txt="déjà".encode("latin-1"))
    assert [record.payload for record in read(ReadTexts(encoding="latin-1"), "b.txt")] == ["déjà"]
    assert read(ReadTexts(), "b.txt") == [
        "b.txt: not valid UTF-8: 0xe9 is byte 2 of the file (save it as UTF-8, or set `encoding`)"
    ]


@pytest.mark.parametrize("content", ["1234567890x", "12345\n7890x\n"])
def test_a_file_of_text_that_is_too_long(content: str) -> None:
    write(a_dot_txt=content)
    (error,) = ReadTexts().read(Source("a.txt", longest=10))
    assert str(error) == "a.txt: longer than 10 bytes (split it, or raise limits.record_mb)"


def test_the_folder_of_a_file_is_its_target() -> None:
    write(d__cat__1_dot_txt="mew", d__dog__1_dot_txt="woof", d__dog__x_dot_wav="", x_dot_txt="")
    reader = ReadFolders(files=ReadTexts())
    assert [(r.id, r.payload, r.target, r.columns) for r in read(reader, "d")] == [
        ("d/cat/1.txt", "mew", "cat", {"text": "mew"}),
        ("d/dog/1.txt", "woof", "dog", {"text": "woof"}),
    ]
    assert (reader.spec, reader.single) == (Spec("text"), True)
    assert reader.without_target() == ReadTexts()
    assert reader.record("mew", 1).payload == "mew"
    assert read(reader, "x.txt") == [
        "x.txt: the path names no folder (name the file in another way, or set the reader's `pattern`)"
    ]


@pytest.mark.parametrize(("pattern", "target"), [(r"([^/_]+)_[^/]*$", "dog"), (r"\d+", "17"), ("(x)?$", ""), ("z", "")])
def test_a_pattern_finds_the_target(pattern: str, target: str) -> None:
    assert ReadFolders(files=ReadTexts(), pattern=pattern).target_of("d_x/dog_17.txt") == target


def test_a_path_in_which_the_pattern_finds_nothing() -> None:
    write(x_dot_txt="")
    assert read(ReadFolders(files=ReadTexts(), pattern="(z)"), "x.txt") == [
        "x.txt: '(z)' finds nothing in the path (name the file in another way, or set the reader's `pattern`)"
    ]


def test_pieces_have_the_target() -> None:
    write(d__cat__1_dot_txt="")
    assert [(r.payload, r.target, r.last) for r in read(ReadFolders(files=Pieces()), "d")] == [
        ("a", "cat", False),
        ("b", "cat", True),
    ]


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        (
            {"files": ReadLines()},
            "core.lines finds several records in a file (name a reader of one, such as core.texts)",
        ),
        (
            {"files": ReadTexts(), "pattern": "("},
            "not a regular expression, from character 1 on (check its brackets and backslashes)",
        ),
    ],
)
def test_what_cannot_be_declared(parameters: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        ReadFolders.model_validate(parameters)
    assert message in str(caught.value)


def test_a_table_names_files() -> None:
    rows = "file,kind\na.txt,cat\nnone.txt,dog\nb.txt,dog\nb.txt\n"
    write(d__t_dot_csv=rows, d__a_dot_txt="mew", d__b_dot_txt=b"\xff")
    reader = ReadListed(table=ReadCSV(payload="file", target="kind"), files=ReadTexts())
    good, *bad = read(reader, "d")
    assert good == Record("d/t.csv:2", "mew", "d/t.csv", 2, {"file": "a.txt", "kind": "cat"}, "cat")
    assert bad == [
        "d/t.csv:3: none.txt: no such file (check the path)",
        "d/t.csv:4: b.txt: not valid UTF-8: 0xff is byte 1 of the file (save it as UTF-8, or set `encoding`)",
        "d/t.csv:5: 1 cell instead of 2 (file, kind) (check the separators and quotes of this line)",
    ]
    assert reader.without_target() == ReadTexts()
    pieces = read(ReadListed(table=ReadCSV(payload="file"), files=Pieces()), "d")[:2]
    assert [(piece.id, piece.payload, piece.last) for piece in pieces] == [
        ("d/t.csv:2", "a", False),
        ("d/t.csv:2", "b", True),
    ]


def test_a_table_elsewhere_names_files_beside_it() -> None:
    system = pytest.importorskip("fsspec").filesystem("memory")
    system.pipe("/d/t.csv", b"file\na.txt\n")
    system.pipe("/d/a.txt", b"mew")
    reader = ReadListed(table=ReadCSV(payload="file"), files=ReadTexts())
    assert [record.payload for record in read(reader, "memory://d/t.csv")] == ["mew"]


@pytest.mark.parametrize("name", ["memory://d/a.txt", "https://host/a.txt"])
def test_a_row_names_no_file_of_another_system(name: str) -> None:
    write(t_dot_csv=f"file\n{name}\n")
    reader = ReadListed(table=ReadCSV(payload="file"), files=ReadTexts())
    assert read(reader, "t.csv") == [f"t.csv:2: {name}: no such file (check the path)"]
