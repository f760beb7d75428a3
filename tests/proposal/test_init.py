"""``seqpipe init``: what it guesses about tables, and that what it writes trains and runs."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path
from typing import Any

import pytest

from seqpipe.cli.application import execute
from seqpipe.config import parse_document
from seqpipe.errors import InputError
from seqpipe.proposal import choose_roles, draft, sample_of

CHANCE = random.Random(1)
TEXTS = [" ".join(CHANCE.choice(["sun", "rain", "wind", "the", "and"]) for _ in range(6)) for _ in range(60)]
MOODS = ["merry" if text.count("sun") > text.count("rain") else "sad" for text in TEXTS]
ROWS = list(zip(TEXTS, MOODS, strict=True))
SERIES = [
    {"series": [CHANCE.gauss(index % 2, 0.1) for _ in range(9)], "fault": "no" if index % 2 else "yes"}
    for index in range(30)
]
TABLES = {
    "comma.csv": "said,mood,number\n" + "".join(f'"{text}",{mood},{i}\n' for i, (text, mood) in enumerate(ROWS)),
    "semicolon.csv": "said;mood\n" + "".join(f"{text};{mood}\n" for text, mood in ROWS),
    "bare.tsv": "".join(f"{mood}\t{text}\n" for text, mood in ROWS),
    "objects.jsonl": "".join(json.dumps({"said": text, "mood": mood}) + "\n" for text, mood in ROWS),
    "series.jsonl": "".join(json.dumps(record) + "\n" for record in SERIES),
    "positions.jsonl": "".join(
        json.dumps({"series": record["series"], "states": ["up" if x > 0.5 else "down" for x in record["series"]]})
        + "\n"
        for record in SERIES
    ),
    "prices.csv": "text,target\n" + "".join(f"{text} here,{number * 1.5}\n" for number, text in enumerate(TEXTS)),
    "pairs.tsv": "source\ttranslation\n" + "".join(f"{text} {i}\t{i} {text}\n" for i, text in enumerate(TEXTS * 5)),
    "lines.txt": "".join(f"{text}\n" for text in TEXTS),
}
ROLES = {
    "comma.csv": ("said", "mood", "label"),
    "semicolon.csv": ("said", "mood", "label"),
    "bare.tsv": ("column2", "column1", "label"),
    "objects.jsonl": ("said", "mood", "label"),
    "series.jsonl": ("series", "fault", "label"),
    "positions.jsonl": ("series", "states", "label a position"),
    "prices.csv": ("text", "target", "number"),
    "pairs.tsv": ("source", "translation", "text"),
    "lines.txt": ("text", None, "continuation"),
}


TEXTS_WITH_TARGETS = ("comma.csv", "semicolon.csv", "bare.tsv", "objects.jsonl", "prices.csv")


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    monkeypatch.chdir(tmp_path)
    Path(request.param).write_text(TABLES[request.param], encoding="utf-8")
    return str(request.param)


@pytest.mark.parametrize("table", TABLES, indirect=True)
def test_the_roles_of_columns(table: str) -> None:
    roles = choose_roles(sample_of(table), target="states" if table == "positions.jsonl" else None)
    assert (roles.payload.name, roles.target and roles.target.name, roles.task) == ROLES[table]


@pytest.mark.parametrize("table", TABLES, indirect=True)
@pytest.mark.parametrize("plugins", [(), ("text",)])
def test_what_is_written_is_a_pipeline(table: str, plugins: tuple[str, ...], capsys: Any) -> None:
    sample = sample_of(table)
    roles = choose_roles(sample, target="states" if table == "positions.jsonl" else None)
    text = draft(sample, roles, name="first", data=table, plugins=plugins)
    assert parse_document(text, "first.yaml", Path()).values(("train", "data", "train")) == table
    assert ("text.words" in text) == (plugins == ("text",) and table in TEXTS_WITH_TARGETS)
    if not plugins:
        Path("first.yaml").write_text(text)
        assert execute(["check", "first.yaml"]) == 0
        assert capsys.readouterr().err == ""


@pytest.mark.parametrize("table", ["semicolon.csv", "bare.tsv", "series.jsonl", "prices.csv"], indirect=True)
def test_it_trains_and_runs_at_once(table: str, capsys: Any) -> None:
    Path("data").mkdir()
    Path(table).rename(f"data/{table}")
    assert execute(["init", f"data/{table}", "-o", "first.yaml"]) == 0
    assert "train it: seqpipe train first.yaml" in capsys.readouterr().err
    assert execute(["train", "first.yaml", "-o", "run", "--set", "train.epochs=2", "-q"]) == 0
    capsys.readouterr()
    assert execute(["run", "run", f"data/{table}", "--limit", "3", "-q"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 3


@pytest.mark.parametrize("table", ["comma.csv"], indirect=True)
def test_what_is_said_is_not_guessed_and_nothing_is_replaced(table: str, capsys: Any) -> None:
    assert execute(["init", table, "--target", "mod"]) == 4
    assert capsys.readouterr().err == "comma.csv: no column 'mod' for the target (did you mean 'mood'?)\n"
    Path("first.yaml").write_text("mine")
    assert execute(["init", table, "-o", "first.yaml"]) == 2
    assert Path("first.yaml").read_text() == "mine"


def test_the_size_of_a_network_grows_with_the_table(tmp_path: Path) -> None:
    path = tmp_path / "long.tsv.gz"
    path.write_bytes(gzip.compress("".join(f"{i % 3}\tthis is text {i}\n" for i in range(12_000)).encode()))
    sample = sample_of(str(path))
    assert sample.rows == 10_000
    text = draft(sample, choose_roles(sample), name="long", data="long.tsv.gz", plugins=())
    assert "hidden: 128" in text


REFUSED = {
    "empty.csv": ("", "it has no first line with cells"),
    "numbers.csv": ("a,b\n1,2\n3,4\n", "no column holds texts or series of numbers"),
    "same.jsonl": (
        '{"text": "a b", "label": "x"}\n' * 5,
        "all rows have the same 'label', so there is nothing to learn",
    ),
    "broken.jsonl": ("{\n{\n", "it has no rows that can be read"),
    "table.xlsx": ("PK", "nothing is known about files of this ending"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_learned_is_refused(tmp_path: Path, name: str) -> None:
    text, what = REFUSED[name]
    (tmp_path / name).write_text(text)
    with pytest.raises(InputError, match=what):
        choose_roles(sample_of(str(tmp_path / name)))


def test_a_column_is_not_both_read_and_learned(tmp_path: Path) -> None:
    (tmp_path / "some.csv").write_text(TABLES["comma.csv"])
    with pytest.raises(InputError, match=r"the column 'said' cannot be both payload and target \(name another"):
        choose_roles(sample_of(str(tmp_path / "some.csv")), "said", "said")


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same texts in folders of classes, in files that a table names, and in files with labels in their names."""
    monkeypatch.chdir(tmp_path)
    for index, (text, mood) in enumerate(ROWS):
        for name in (f"classes/{mood}/{index}.txt", f"listed/{index}.txt", f"first/{mood}_{index}.txt"):
            Path(name).parent.mkdir(parents=True, exist_ok=True)
            Path(name).write_text(text)
        Path("last").mkdir(exist_ok=True)
        Path(f"last/{index}-{mood}.txt").write_text(text)
    listed = "".join(f"{index}.txt,{mood}\n" for index, (_, mood) in enumerate(ROWS))
    Path("listed/moods.csv").write_text("file,mood\n" + listed)
    Path("listed/notes.csv").write_text("")


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(
    ("data", "reads"),
    [
        ("classes", "  reader: core.folders # labels are in the files' folders: 2 different values: "),
        ("first", '  pattern: "(?:^|/)([^/_. -]+)[^/]*$" # finds the label in a path'),
        ("last", r'  pattern: "([^/_. -]+)\\.[^/]+$" # finds the label in a path'),
        ("listed", "    target: mood # 2 different values: "),
        ("listed/moods.csv", "  reader: core.listed # files that a table names"),
    ],
)
def test_folders_train_and_run_at_once(data: str, reads: str, capsys: Any) -> None:
    assert execute(["init", data, "-o", "first.yaml"]) == 0
    assert "of 60 files and learns" in capsys.readouterr().err
    assert reads in Path("first.yaml").read_text()
    assert "\n  files: {reader: core.texts}" in Path("first.yaml").read_text()
    assert execute(["train", "first.yaml", "-o", "run", "--set", "train.epochs=2", "-q"]) == 0
    assert execute(["run", "run", "first", "--limit", "3", "-q"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 4


def test_parquet_trains_and_runs_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    pa, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    monkeypatch.chdir(tmp_path)
    parquet.write_table(pa.table({"said": TEXTS, "mood": MOODS}), "table.parquet")
    assert execute(["init", "table.parquet", "-o", "first.yaml"]) == 0
    assert "  reader: core.parquet\n  payload: said" in Path("first.yaml").read_text()
    assert execute(["train", "first.yaml", "-o", "run", "--set", "train.epochs=2", "-q"]) == 0
    capsys.readouterr()
    assert execute(["run", "run", "table.parquet", "--limit", "3", "-q"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 3


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ([], "no installed reader makes a record of a file in it: it holds nothing (give a table, or install"),
        (["a.xyz", "b"], "no installed reader makes a record of a file in it: it holds .xyz, no ending (give"),
        (["a.txt", "b.txt", "c.txt"], "its files (.txt) have no labels: no table names them, and neither folders nor"),
    ],
)
def test_a_folder_of_which_nothing_can_be_made(tmp_path: Path, names: list[str], message: str) -> None:
    for name in names:
        (tmp_path / name).touch()
    with pytest.raises(InputError) as caught:
        sample_of(str(tmp_path))
    assert message in str(caught.value)


@pytest.mark.usefixtures("files")
def test_what_is_read_and_learned_of_folders_is_their_files_and_names(capsys: Any) -> None:
    assert execute(["init", "classes", "--payload", "label"]) == 4
    assert "classes: no column 'label' for the payload (the columns are file)" in capsys.readouterr().err
    assert execute(["init", "classes", "--payload", "file", "--target", "label"]) == 0


@pytest.mark.usefixtures("files")
def test_a_table_of_files_without_labels(capsys: Any) -> None:
    Path("listed/moods.csv").write_text("file\n" + "".join(f"{index}.txt\n" for index in range(9)))
    assert execute(["init", "listed"]) == 4
    assert "listed/moods.csv: no column has labels for the files (name a column of the table" in capsys.readouterr().err


def test_a_table_that_is_not_there_is_named(tmp_path: Path, capsys: Any) -> None:
    assert execute(["init", str(tmp_path / "none.csv")]) == 4
    assert "none.csv" in capsys.readouterr().err
