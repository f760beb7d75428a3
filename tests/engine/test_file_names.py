"""File names made from ids."""

from __future__ import annotations

import pytest

from seqpipe.engine.file_names import TakenNames, file_name


@pytest.mark.parametrize(
    ("identifier", "name"),
    [
        ("in.txt:7", "in.txt_7"),
        ("../../etc/passwd", "passwd"),
        (".hidden", "hidden"),
        ("", "record"),
        ("a b/c?d*e", "c_d_e"),
        ("CON", "CON_"),
        ("con.7", "con_.7"),
        ("Lpt1.wav", "Lpt1_.wav"),
        ("com¹", "com¹_"),
        ("console", "console"),
        ("com", "com"),
    ],
)
def test_a_name_is_safe_on_every_system(identifier, name):
    assert file_name(identifier) == name


def test_a_name_is_taken_once(tmp_path):
    taken = TakenNames(tmp_path, ["a.svg"])
    (tmp_path / "a.svg").touch()
    taken.add("b.svg")
    assert [taken.twin(name) for name in ("a.svg", "b.svg", "c.svg")] == ["a.svg", "b.svg", None]


def test_names_that_differ_in_capitals_are_different_where_the_files_are(tmp_path):
    taken = TakenNames(tmp_path, ["a.svg"])
    (tmp_path / "a.svg").touch()
    (tmp_path / "A.svg").touch()
    assert taken.twin("A.svg") is None
    (tmp_path / "A.svg").unlink()
    (tmp_path / "A.svg").symlink_to("a.svg")
    assert taken.twin("A.svg") == "a.svg"


def test_accents_are_the_same_however_they_are_encoded(tmp_path):
    taken = TakenNames(tmp_path, ["\u00e9.svg"])
    (tmp_path / "\u00e9.svg").touch()
    (tmp_path / "e\u0301.svg").symlink_to("\u00e9.svg")
    assert taken.twin("e\u0301.svg") == "\u00e9.svg"
