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


def test_rows_after_the_first_ones_are_shown_at_once(monkeypatch):
    file = io.StringIO()
    output = TableOutput(Console(file=file, width=60))
    for number in range(1, 4):
        output.put([result(number, "short", label="red")])
        output.flush()
        assert len(file.getvalue().splitlines()) == (0 if number == 1 else number + 1)
        monkeypatch.setattr(table, "WAIT", 0.0)


def test_no_result_no_table():
    assert shown([]) == []


def named(text, *entities, **results):
    found = [{"type": kind, "text": text[start:stop], "start": start, "stop": stop} for kind, start, stop in entities]
    return Record("in/a.txt:1", {"entities": found, **results}, columns={"text": text})


NAMES = named("Ann Lee left Oslo.", ("PER", 0, 7), ("LOC", 13, 17))


def test_entities_stand_in_their_text():
    assert shown([NAMES, named("Nobody did.")]) == [
        "a.txt:1           [Ann Lee PER] left [Oslo LOC].",
        "a.txt:1           Nobody did.",
    ]


def test_a_text_with_entities_is_whole():
    lines = shown([named("Ann " * 20 + "\nBob\tran.", ("PER", 81, 84), title="x")], width=40)
    assert [line[18:] for line in lines] == [*["Ann Ann Ann Ann Ann"] * 4, "[Bob PER] ran.", "title x"]


def test_what_else_a_result_has_stands_under_the_text():
    assert shown([named("Ann", ("PER", 0, 3), sure=0.71234, labels=["B-PER"])])[1:] == [" " * 18 + "sure 0.712"]


def in_colour(record, **settings):
    file = io.StringIO()
    with TableOutput(Console(file=file, width=80, force_terminal=True, **settings)) as output:
        output.put([record])
    return file.getvalue()


def test_entities_are_in_the_colour_of_their_type():
    text = in_colour(NAMES, color_system="standard")
    assert "\x1b[1;34mAnn Lee\x1b[0m \x1b[7;34mPER\x1b[0m left \x1b[1;32mOslo\x1b[0m \x1b[7;32mLOC\x1b[0m." in text


def test_without_colours_brackets_do(monkeypatch):
    assert "[Ann Lee PER]" in in_colour(NAMES, color_system="standard", no_color=True)
    monkeypatch.setenv("NO_COLOR", "1")
    text = in_colour(NAMES, color_system="standard")
    assert "[Ann Lee PER]" in text
    assert "34m" not in text


def test_a_text_gives_no_commands_to_the_terminal():
    text = in_colour(named("\x1b[2JAnn\x07", ("P\x1b[1mER", 4, 7)), color_system="standard")
    assert "\x1b[2J" not in text
    assert "\x1b[1mER" not in text
    assert "\x07" not in text


def test_as_many_rows_as_a_block_are_shown(monkeypatch):
    monkeypatch.setattr(table, "BLOCK", 2)
    file = io.StringIO()
    output = TableOutput(Console(file=file, width=60))
    output.put([result(1, "short", label="red"), result(2, "short", label="red")])
    assert len(file.getvalue().splitlines()) == 3
