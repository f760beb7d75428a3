"""Parquet and Arrow from the command line: read in a child process, and written."""

from __future__ import annotations

from pathlib import Path

import pytest

pa = pytest.importorskip("pyarrow")
pytest.importorskip("pyarrow.feather")
parquet = pytest.importorskip("pyarrow.parquet")


@pytest.mark.parametrize(("ending", "write"), [("parquet", parquet.write_table), ("feather", pa.feather.write_feather)])
def test_tables_in_columns_are_read(folder, command, ending, write):
    reader = "core.parquet" if ending == "parquet" else "core.arrow"
    write(pa.table({"id": ["a", "b", "c"], "text": ["xya", None, "yb"]}), f"in.{ending}")
    done = command("run", "colours.yaml", f"in.{ending}", "--set", f"read={{reader: {reader}}}", "--on-error", "skip")
    assert done.code == 3
    assert [line[:9] for line in done.lines] == ['{"id": "a', '{"id": "c']
    assert f"in.{ending}:2: {reader}: the payload 'text' is null, not a text" in done.err


def test_a_training_reads_parquet(folder, command):
    parquet.write_table(
        pa.table({"text": ["xya", "yb", "xa", "b"], "colour": ["red", "blue", "red", "blue"]}), "t.parquet"
    )
    reader = "{train: t.parquet, reader: {reader: core.parquet, target: colour}}"
    assert command("train", "colours.yaml", "--set", f"train.data={reader}", "-o", "out").code == 0
    assert Path("out/model.safetensors").exists()


@pytest.mark.parametrize("ending", ["parquet", "feather"])
def test_results_in_columns_are_written(folder, command, ending):
    Path("in.txt").write_text("xa\nyb\n")
    out = f"out.{ending}"
    assert command("run", "colours.yaml", "in.txt", "-o", out).code == 0
    table = parquet.read_table(out) if ending == "parquet" else pa.feather.read_table(out)
    assert table.column_names == ["id", "text", "label", "probabilities"]
    assert table.column("text").to_pylist() == ["xa", "yb"]
    assert set(table.column("probabilities").to_pylist()[0]) == {"blue", "red"}
    verified = command("verify", out)
    assert f"2 results, {Path(out).stat().st_size:,} bytes" in verified.out
    assert command("run", "colours.yaml", "in.txt", "-o", out, "--resume").code == 0


def test_where_a_table_in_columns_cannot_be_written(folder, command):
    done = command("run", "colours.yaml", "--text", "xa", "-o", "out.parquet.gz")
    assert (done.code, done.err) == (2, "a file of core.parquet is not compressed again (leave out .gz)\n")
    done = command("run", "colours.yaml", "--text", "xa", "--set", "write={writer: core.parquet}")
    assert (done.code, done.err) == (
        2,
        "core.parquet makes a file of all results when they are there (name it: -o FILE)\n",
    )
