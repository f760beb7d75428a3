"""Results in tables of commas and tabs."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqpipe.builtin.readers.tables import ReadCSV
from seqpipe.builtin.result_fields import flat_fields
from seqpipe.builtin.separated_values import WriteCSV, WriteTSV
from seqpipe.contracts import Writer
from seqpipe.data import Record
from seqpipe.data.source import Source
from seqpipe.errors import RecordError

BOTH = [WriteCSV(), WriteTSV()]
RATED = {"stars": 4, "probabilities": {"4": 0.75, "5": 0.25, "of": {"none": None}}, "words": ["a", 1]}


def result(columns: dict[str, Any] | None = None, **results: Any) -> Record:
    return Record("r:1", results, "r", 1, columns or {})


def written(writer: Writer, *records: Record) -> str:
    head, layout = writer.begin(records[0] if records else None)
    assert json.loads(json.dumps(layout)) == layout
    return (head + b"".join(writer.encode(record, layout) for record in records)).decode()


def test_commas() -> None:
    record = result({"text": 'A "fine",\nfilm\r'}, **RATED)
    assert written(WriteCSV(), record) == (
        "id,text,stars,probabilities.4,probabilities.5,probabilities.of.none,words\n"
        'r:1,"A ""fine"",\nfilm\r",4,0.75,0.25,,"[""a"", 1]"\n'
    )


def test_semicolons() -> None:
    assert (
        written(WriteCSV(separator=";"), result({"text": "a;b, c"}, good=True)) == 'id;text;good\nr:1;"a;b, c";true\n'
    )


def test_tabs() -> None:
    record = result({"text": "a\tb\\n\r\n"}, **RATED)
    assert written(WriteTSV(), record) == (
        "id\ttext\tstars\tprobabilities.4\tprobabilities.5\tprobabilities.of.none\twords\n"
        'r:1\ta\\tb\\\\n\\r\\n\t4\t0.75\t0.25\t\t["a", 1]\n'
    )


@pytest.mark.parametrize("writer", BOTH)
def test_nothing(writer: Writer) -> None:
    assert written(writer) == ""


def test_a_table_keeps_the_columns_of_its_first_record() -> None:
    writer = WriteTSV()
    _, layout = writer.begin(result(stars=4, why={"part": "plot"}))
    assert writer.encode(result(why={"part": "cast"}, stars=3), layout) == b"r:1\t3\tcast\n"
    assert writer.encode(result(stars=3), layout) == b"r:1\t3\t\n"
    assert writer.encode(result(stars=3, why=None, who=None), layout) == b"r:1\t3\t\n"
    with pytest.raises(RecordError) as caught:
        writer.encode(result(stars=3, why={"actor": "me"}), layout)
    assert str(caught.value) == (
        "r:1: the table has no column for 'why.actor', which the first record did not have "
        "(name the columns in the writer: `fields: [id, ...]`)"
    )


@pytest.mark.parametrize("first", [None, {}])
@pytest.mark.parametrize("writer", BOTH)
def test_a_mapping_that_the_first_record_does_not_have_is_written_whole(writer: Writer, first: Any) -> None:
    table = written(writer, result(stars=first, why=first), result(stars=3, why={"part": {"b": 1}}))
    separator, quoted = (",", '"{""part"": {""b"": 1}}"') if writer.name == "core.csv" else ("\t", '{"part": {"b": 1}}')
    empty = "" if first is None else "{}"
    assert table.splitlines() == [
        separator.join(("id", "stars", "why")),
        separator.join(("r:1", empty, empty)),
        separator.join(("r:1", "3", quoted)),
    ]


def test_chosen_columns() -> None:
    writer = WriteTSV.model_validate({"fields": ["stars", "probabilities.5", "absent", "probabilities.of", "id"]})
    assert written(writer, result({"text": "a"}, **RATED), result(stars=1)) == (
        'stars\tprobabilities.5\tabsent\tprobabilities.of\tid\n4\t0.25\t\t{"none": null}\tr:1\n1\t\t\t\tr:1\n'
    )
    assert written(writer) == "stars\tprobabilities.5\tabsent\tprobabilities.of\tid\n"


@pytest.mark.parametrize("writer", BOTH)
def test_two_values_of_one_column(writer: Writer) -> None:
    with pytest.raises(RecordError) as caught:
        written(writer, result(**{"scores.good": 1, "scores": {"good": 2}}))
    assert str(caught.value) == (
        "r:1: two values would stand in the column 'scores.good' (write JSON Lines, or name one of them in another way)"
    )


def test_results_of_results() -> None:
    columns = {"scores.good": "1", "input.scores.good": "0", "text": "a"}
    record = result(columns, scores={"good": 2})
    assert list(flat_fields(record)) == ["id", "input.input.scores.good", "input.scores.good", "text", "scores.good"]
    assert list(flat_fields(record).values()) == ["r:1", "1", "0", "a", 2]


@given(st.text(), st.sampled_from([",", ";", "\t", "|"]))
def test_a_row_of_commas_is_read_as_it_was(text: str, separator: Any) -> None:
    table = written(WriteCSV(separator=separator), result({"text": text}, stars=1)).encode()
    if "\ufeff" not in text:
        read = list(ReadCSV(payload="text", separator=separator).read(Source("t.csv", excerpt=table)))
        assert [record.columns for record in read if isinstance(record, Record)] == [{"text": text, "stars": "1"}]
    rows = list(csv.reader(io.StringIO(table.decode(), newline=""), delimiter=separator))
    assert rows == [["id", "text", "stars"], ["r:1", text, "1"]]


@given(st.text())
def test_a_row_of_tabs_is_one_line(text: str) -> None:
    assert written(WriteTSV(), result({"text": text}, stars=1)).count("\t") == 4
    assert written(WriteTSV(), result({"text": text}, stars=1)).count("\n") == 2
