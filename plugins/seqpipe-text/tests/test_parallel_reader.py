"""The reader text.parallel: two files whose lines correspond, or one with tabs."""

from __future__ import annotations

import gzip

import pytest

from seqpipe import InputError, Record, RecordError, Source
from seqpipe_text.translation.parallel_reader import ReadParallel

READ = ReadParallel(source="de", target="en")
GERMAN = "Ein Hund.\nZwei Hunde.\n\nDrei"
ENGLISH = "A dog.\nTwo dogs.\r\n\nThree\n"


def write(path, text):
    data = text if isinstance(text, bytes) else text.encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return str(path)


@pytest.mark.parametrize("packed", ["", ".gz"])
def test_the_lines_of_two_files_correspond(tmp_path, packed):
    write(tmp_path / f"train.en{packed}", ENGLISH)
    name = write(tmp_path / f"train.de{packed}", GERMAN)
    records = list(READ.read(Source(name)))
    assert [(record.payload, record.target) for record in records] == [
        ("Ein Hund.", "A dog."),
        ("Zwei Hunde.", "Two dogs."),
        ("", ""),
        ("Drei", "Three"),
    ]
    assert [record.id for record in records] == [f"{name}:{line}" for line in (1, 2, 3, 4)]
    assert records[0].columns == {"text": "Ein Hund."}
    assert records[0].raw is None


def test_a_tab_between_text_and_translation(tmp_path):
    lines = b"Ein Hund.\tA dog.\nohne\nZwei\tTwo\tCC-BY 2.0\n\xff\tno\n\tempty\n"
    one, missing, two, bad, empty = READ.read(Source(write(tmp_path / "pairs.tsv", lines)))
    assert (one.payload, one.target, one.raw) == ("Ein Hund.", "A dog.", b"Ein Hund.\tA dog.\n")
    assert (two.payload, two.target) == ("Zwei", "Two")
    assert (empty.payload, empty.target) == ("", "empty")
    assert isinstance(missing, RecordError)
    assert str(missing) == (
        f"{tmp_path}/pairs.tsv:2: no tab, so there is no translation (put a tab and the translation behind the text)"
    )
    assert missing.raw == b"ohne\n"
    assert "not valid UTF-8: 0xff is byte 1 of the line" in str(bad)


def test_a_file_of_the_other_name_has_tabs(tmp_path):
    write(tmp_path / "train.en", ENGLISH)
    name = write(tmp_path / "train.de", "Ein Hund.\tA hound.\n")
    assert [record.target for record in ReadParallel().read(Source(name))] == ["A hound."]
    assert [record.target for record in READ.read(Source("-", excerpt=b"Ein\tOne\n"))] == ["One"]


@pytest.mark.parametrize(("german", "english", "shorter"), [("a\nb\n", "a\n", "en"), ("a\n", "a\nb\nc\n", "de")])
def test_one_file_is_shorter(tmp_path, german, english, shorter):
    write(tmp_path / "x.en", english)
    records = READ.read(Source(write(tmp_path / "x.de", german)))
    assert next(records).payload == "a"
    longer = {"en": "de", "de": "en"}[shorter]
    with pytest.raises(InputError) as caught:
        next(records)
    assert str(caught.value) == (
        f"{tmp_path}/x.{shorter}: it has 1 lines and {tmp_path}/x.{longer} has more, so their lines do not correspond "
        "(fetch both again)"
    )


def test_no_file_beside_it(tmp_path):
    with pytest.raises(InputError) as caught:
        list(READ.read(Source(write(tmp_path / "x.de", GERMAN))))
    assert str(caught.value) == (
        f"{tmp_path}/x.de: there is no file {tmp_path}/x.en with the translations beside it "
        "(put it there, or give `source` and `target`)"
    )


def test_the_translations_are_read_with_the_texts(tmp_path):
    texts, translations = write(tmp_path / "x.de", GERMAN), write(tmp_path / "x.en", ENGLISH)
    assert list(READ.read(Source(translations))) == []
    assert len(list(READ.read(Source(texts)))) == 4
    (tmp_path / "x.de").unlink()
    with pytest.raises(InputError, match=r"x\.en: there is no file .*x\.de with the texts beside it"):
        list(READ.read(Source(translations)))


def test_a_bad_line_on_either_side_is_one_error(tmp_path):
    write(tmp_path / "x.en", b"one\n\xfe\nthree\n")
    name = write(tmp_path / "x.de", b"\xffeins\nzwei\ndrei\n")
    first, second, third = READ.read(Source(name))
    assert str(first).startswith(f"{tmp_path}/x.de:1: not valid UTF-8")
    assert str(second).startswith(f"{tmp_path}/x.en:2: not valid UTF-8")
    assert isinstance(third, Record)
    assert first.raw is second.raw is None


def test_texts_from_python():
    assert READ.record("Hallo", 3) == Record("3", "Hallo", position=3, columns={"text": "Hallo"})
    with pytest.raises(InputError, match="record 1: a text must be a str, not int"):
        READ.record(1, 1)
