"""What the inputs on a command line stand for."""

from __future__ import annotations

from pathlib import Path

import pytest

from seqpipe.errors import InputError
from seqpipe.notice import NOTICE
from seqpipe.sources import expand


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to be in, with some files."""
    monkeypatch.chdir(tmp_path)
    for name in ("b.txt", "a.txt", "a.txt.gz", "c.tsv", ".hidden.txt", "deep/d.txt", ".git/e.txt", "odd[1].txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    (tmp_path / "empty").mkdir()
    return tmp_path


def names(*inputs: str, suffixes: tuple[str, ...] = (".txt",)) -> list[str]:
    sources = expand(inputs, suffixes)
    assert [source.position for source in sources] == list(range(1, len(sources) + 1))
    return [source.name for source in sources]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("b.txt", ["b.txt"]),
        ("./c.tsv", ["./c.tsv"]),
        ("-", ["-"]),
        (".", ["a.txt", "a.txt.gz", "b.txt", "deep/d.txt", "odd[1].txt"]),
        ("deep/", ["deep/d.txt"]),
        ("*.txt", ["a.txt", "b.txt", "odd[1].txt"]),
        ("*", ["a.txt", "a.txt.gz", "b.txt", "c.tsv", "odd[1].txt"]),
        ("**/d.txt", ["deep/d.txt"]),
        ("odd[1].txt", ["odd[1].txt"]),
    ],
)
def test_an_input_stands_for_files(given: str, expected: list[str]) -> None:
    assert names(given) == expected


def test_without_suffixes_a_folder_gives_all() -> None:
    assert "c.tsv" in names(".", suffixes=())


def test_order_and_repetition_are_kept() -> None:
    assert names("b.txt", "a.txt", "b.txt", "-") == ["b.txt", "a.txt", "b.txt", "-"]


def test_no_inputs_are_no_sources() -> None:
    assert names() == []


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        (["-", "-"], "-: standard input can be read only once (name - once)"),
        (["c.tvs"], "c.tvs: no such file or folder (did you mean 'c.tsv'?)"),
        (["zzzzzzzz"], "zzzzzzzz: no such file or folder (check the path)"),
        (["no/a.txt"], "no/a.txt: no such file or folder (check the path)"),
        (["empty/a.txt"], "empty/a.txt: no such file or folder (its folder is empty)"),
        ([""], "'': no such file or folder (check the path)"),
        (["*.wav"], "*.wav: no file matches (check the pattern)"),
        (
            ["empty"],
            "empty: the folder holds no file that ends in .txt (name the files themselves, or another folder)",
        ),
    ],
)
def test_what_is_not_there(inputs: list[str], message: str) -> None:
    with pytest.raises(InputError) as caught:
        expand(inputs, (".txt",))
    assert str(caught.value) == message


def test_the_case_of_an_ending_does_not_matter() -> None:
    for name in ("loud/A.TXT", "loud/B.Txt.GZ", "loud/c.WAV"):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).touch()
    assert names("loud") == ["loud/A.TXT", "loud/B.Txt.GZ"]


def test_what_is_left_out_of_a_folder_is_told(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(NOTICE, "seqpipe")
    names("deep")
    assert not caplog.messages
    for name in ("a.csv", "b.csv", "c.csv.gz", "d.JPG", "e.pdf", "f.xml", "Makefile", ".hidden.doc"):
        Path("deep", name).touch()
    assert names("deep") == ["deep/d.txt"]
    (told,) = caplog.messages
    assert told == (
        "deep: 7 of 8 files left out, which are of other kinds: .csv, .jpg, .pdf, 2 others (name those that you want)"
    )
    names("deep/*", "deep", suffixes=())
    assert len(caplog.messages) == 1


def test_many_endings_are_not_listed_to_the_last() -> None:
    endings = tuple(f".{letter}" for letter in "abcdefg")
    with pytest.raises(InputError) as caught:
        expand(["empty"], endings)
    assert "no file that ends in .a or .b or .c or 4 others (" in str(caught.value)
