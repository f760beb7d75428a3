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
