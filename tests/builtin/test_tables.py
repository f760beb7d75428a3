"""Tables with named columns."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from seqpipe.builtin.readers.tables import ReadCSV, ReadTSV
from seqpipe.contracts import Reader
from seqpipe.data import Record
from seqpipe.data.source import Source
from seqpipe.errors import InputError, RecordError


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def read(reader: type[Reader], content: str | bytes, **parameters: Any) -> list[Record | RecordError]:
    Path("in").write_bytes(content.encode() if isinstance(content, str) else content)
    return list(reader.model_validate(parameters).read(Source("in")))


def shown(items: list[Record | RecordError]) -> list[Any]:
    return [(item.payload, item.target) if isinstance(item, Record) else str(item) for item in items]


@pytest.mark.parametrize(("reader", "comma"), [(ReadTSV, "\t"), (ReadCSV, ",")])
class TestBoth:
    def test_a_header_names_the_columns(self, reader: type[Reader], comma: str) -> None:
        content = "stars,text\n5,fine\n1,dull\n".replace(",", comma)
        first, second = read(reader, content, target="stars")
        assert first == Record("in:2", "fine", "in", 2, {"stars": "5", "text": "fine"}, "5")
        assert isinstance(second, Record)
        assert second.position == 3

    def test_named_columns_need_no_header(self, reader: type[Reader], comma: str) -> None:
        content = "5,fine\n".replace(",", comma)
        assert shown(read(reader, content, columns=["stars", "comment"], payload="comment")) == [("fine", None)]

    def test_the_only_column_is_the_payload(self, reader: type[Reader], comma: str) -> None:
        assert shown(read(reader, f"comment\n{'fine' if comma else ''}\n")) == [("fine", None)]

    def test_a_column_id_names_the_records(self, reader: type[Reader], comma: str) -> None:
        first, second = read(reader, "id,text\nr7,fine\n,dull\n".replace(",", comma))
        assert isinstance(first, Record)
        assert isinstance(second, Record)
        assert (first.id, second.id, first.columns) == ("r7", "in:3", {"text": "fine"})

    def test_a_wrong_number_of_cells(self, reader: type[Reader], comma: str) -> None:
        _, wrong, right = read(reader, "stars,text\n5,fine\n5,1,dull\n4,good\n".replace(",", comma))
        assert str(wrong).startswith("in:3: 3 cells instead of 2 (stars, text) (check the ")
        assert isinstance(right, Record)

    def test_a_row_that_is_not_utf8(self, reader: type[Reader], comma: str) -> None:
        _, bad, after = read(reader, b"text\ngood\ncaf\xe9\nfine\n")
        assert str(bad) == "in:3: not valid UTF-8: 0xe9 is byte 4 of the line (save it as UTF-8, or set `encoding`)"
        assert isinstance(after, Record)

    @pytest.mark.parametrize(
        ("header", "parameters", "message"),
        [
            ("", {}, "in:1: empty, where a line with the columns' names should be (give `columns:`)"),
            ("a,text,a\n", {}, "in:1: two columns are named 'a' (give each a name of its own)"),
            ("a,b\n", {}, "in:1: which column is the payload is not clear (give `payload:`; the columns are a, b)"),
            ("stars,text\n", {"target": "star"}, "in:1: no column 'star' for the target (did you mean 'stars'?)"),
            ("a,b\n", {"payload": "xyz"}, "in:1: no column 'xyz' for the payload (the columns are a, b)"),
            (
                b"caf\xe9\n",
                {},
                "in:1: not valid UTF-8: 0xe9 is byte 4 of the line (save it as UTF-8, or set `encoding`)",
            ),
        ],
    )
    def test_a_header_that_does_not_fit(
        self, reader: type[Reader], comma: str, header: str | bytes, parameters: dict[str, Any], message: str
    ) -> None:
        with pytest.raises(InputError) as caught:
            read(reader, header.replace(",", comma) if isinstance(header, str) else header, **parameters)
        assert str(caught.value) == message

    @pytest.mark.parametrize("parameters", [{}, {"columns": ["stars", "text"]}])
    def test_a_row_is_read_again_from_its_bytes_alone(
        self, reader: type[Reader], comma: str, parameters: dict[str, Any]
    ) -> None:
        content = b"\xef\xbb\xbfstars,text\n5,fine\r\n1,caf\xe9\n1,2,3\nlast,one".replace(b",", comma.encode())
        items = read(reader, content, **parameters)
        assert len(items) == (5 if parameters else 4)
        for item in items:
            position = item.position if isinstance(item, Record) else item.where.line if item.where else 0
            source = Source("in", first=position, excerpt=item.raw)
            (again,) = reader.model_validate(parameters).read(source)
            assert again == item if isinstance(item, Record) else str(again) == str(item)

    def test_columns_that_do_not_fit_are_refused_at_once(self, reader: type[Reader], comma: str) -> None:
        with pytest.raises(ValidationError, match=r"no column 'star' for the target \(did you mean 'stars'\?\)"):
            reader.model_validate({"columns": ["stars", "text"], "target": "star"})

    def test_a_payload_from_python(self, reader: type[Reader], comma: str) -> None:
        record = reader.model_validate({"payload": "comment"}).record("fine", 2)
        assert record == Record("2", "fine", position=2, columns={"comment": "fine"})
        assert reader.model_validate({}).record("fine", 2).columns == {"text": "fine"}
        assert reader.model_validate({}).spec.kind == "text"


def test_tsv_has_no_quotes() -> None:
    assert shown(read(ReadTSV, 'text\n"fine\n\n')) == [('"fine', None), ("", None)]


def test_csv_quotes() -> None:
    content = 'text,stars\r\n"a ""fine"" film, really",5\r\n\r\n"two\r\nlines",4\r\nlast,3'
    items = read(ReadCSV, content, target="stars")
    assert shown(items) == [('a "fine" film, really', "5"), ("two\r\nlines", "4"), ("last", "3")]
    assert [item.position for item in items if isinstance(item, Record)] == [2, 4, 6]


def test_csv_with_a_bad_byte_inside_quotes_stays_in_step() -> None:
    items = read(ReadCSV, b'text,stars\n"caf\xe9\nand ""more""\nlines",5\nfine,4\n')
    assert shown(items) == [
        "in:2: not valid UTF-8: 0xe9 is byte 5 of the line (save it as UTF-8, or set `encoding`)",
        ("fine", None),
    ]


def test_csv_with_wrong_quotes() -> None:
    items = read(ReadCSV, 'text\n"a"b\nfine\n"never closed\n')
    assert shown(items) == [
        "in:2: not CSV: a cell in quotes is not followed by ',' (check the quotes, and that lines end with line feeds)",
        ("fine", None),
        "in:4: not CSV: a quote that is never closed (check the quotes, and that lines end with line feeds)",
    ]


def test_csv_rows_over_several_lines_keep_all_their_bytes() -> None:
    first, second, bad = read(ReadCSV, b'text\n"a\r\nb"\n\nc\n"d\n\xff"\n')
    assert (first.raw, second.raw, bad.raw) == (b'text\n"a\r\nb"\n', b"text\nc\n", b'text\n"d\n\xff"\n')


def test_csv_with_a_quote_that_is_never_closed_takes_no_more_than_is_allowed() -> None:
    Path("in").write_text('text\nfine\n"' + "never closed\n" * 1000 + "last\n")
    items = list(ReadCSV().read(Source("in", longest=1000)))
    assert str(items[1]).startswith("in:3: not CSV: a cell of more than 1,000 characters")
    assert max(len(item.raw or b"") for item in items) < 1100
    assert isinstance(items[-1], Record)


def test_csv_with_a_long_cell() -> None:
    (item,) = read(ReadCSV, "text\n" + "x" * 1_000_000 + "\n")
    assert isinstance(item, Record)
    assert len(item.payload) == 1_000_000


@given(st.lists(st.text(st.characters(exclude_characters="\t\r\n", exclude_categories=["Cs"])), min_size=2, max_size=2))
def test_a_tsv_row_reads_back(cells: list[str]) -> None:
    (item,) = read(ReadTSV, "\ufeff" + "\t".join(cells) + "\n", columns=["a", "text"])
    assert isinstance(item, Record)
    assert [item.columns["a"], item.payload] == cells


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_header_shows_what_stands_between_cells(separator: str) -> None:
    content = f'stars{separator}"text, or; a | comment"\n5{separator}"fine{separator} really"\n'
    parameters = {"payload": "text, or; a | comment", "target": "stars"}
    assert shown(read(ReadCSV, content, **parameters)) == [(f"fine{separator} really", "5")]
    assert shown(read(ReadCSV, content, separator=separator, **parameters)) == [(f"fine{separator} really", "5")]


def test_named_columns_have_commas_unless_the_separator_is_given() -> None:
    columns = ["stars", "text"]
    assert shown(read(ReadCSV, "5,a;b;c\n", columns=columns)) == [("a;b;c", None)]
    assert shown(read(ReadCSV, "5;a, b\n", columns=columns, separator=";")) == [("a, b", None)]


def test_many_columns_take_no_more_than_their_share_of_time() -> None:
    names = [f"c{number}" for number in range(100_000)]
    begin = time.perf_counter()
    assert len(read(ReadCSV, ",".join([*names, "text"]) + "\n" + "," * 100_000 + "a\n")) == 1
    with pytest.raises(InputError, match=r"^in:1: no column 'x' for the payload \(the columns are c0, .*, and 99,980"):
        read(ReadCSV, ",".join(names) + "\n", payload="x")
    assert time.perf_counter() - begin < 5
