"""The table on the terminal."""

from __future__ import annotations

import io

from rich.console import Console

from seqpipe.cli.terminal import table
from seqpipe.cli.terminal.table import TableOutput
from seqpipe.data import Record


def shown(records, width=60):
    file = io.StringIO()
    with TableOutput(Console(file=file, width=width)) as output:
        for record in records:
            output.put([record])
    return [line.rstrip() for line in file.getvalue().splitlines()]


def result(number, text, **results):
    return Record(f"in/a.txt:{number}", results, columns={"text": text})


def test_a_row_a_result():
    rows = [result(1, "short", label="red", scores={"red": 0.75, "blue": 0.25}), result(2, "", label="blue", scores={})]
    assert shown(rows) == [
        "id       text   label  scores",
        "a.txt:1  short  red    red 0.75, blue 0.25",
        "a.txt:2         blue",
    ]


def test_what_is_wide_is_cut_to_the_terminal():
    _, row = shown([result(1, "long " * 50, label="red")], width=40)
    assert row.startswith("a.txt:1  long long")
    assert row.endswith("…  red")
    assert len(row) <= 40


def test_markup_is_text():
    assert shown([result(1, "[red]x[/]", label="[/b]")])[1] == "a.txt:1  [red]x[/]  [/b]"


def test_columns_in_the_middle_are_left_out_where_there_are_too_many():
    record = Record("1", {"label": "red"}, columns={f"column{number}": "x" * 20 for number in range(20)})
    assert shown([record], width=40) == [
        "id  column18       column19        label",
        "1   xxxxxxxxxxxx…  xxxxxxxxxxxxx…  red",
    ]


def test_rows_are_shown_while_others_come(monkeypatch):
    monkeypatch.setattr(table, "BLOCK", 2)
    lines = shown([result(number, "x" * 6 * number, label="red") for number in range(1, 6)])
    assert [line.split()[0] for line in lines] == ["id", *(f"a.txt:{number}" for number in range(1, 6))]
    assert lines[5].split()[1] == "x" * 30
    assert len({line.index("red") for line in lines[1:]}) == 1


def test_no_result_no_table():
    assert shown([]) == []
