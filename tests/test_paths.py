"""Names that no file can have."""

from __future__ import annotations

import pytest

from seqpipe.cli.application import execute
from seqpipe.errors import SeqpipeError
from seqpipe.paths import exists, is_file, is_folder
from seqpipe.pipeline.opened_pipeline import open_pipeline
from seqpipe.registry import Registry
from tests import colours

LONG = "a" * 300


@pytest.mark.parametrize("name", [LONG, f"{LONG}/b", "a\0b", ""])
def test_nothing_lies_there(name):
    assert (exists(name), is_file(name), is_folder(name)) == (False, False, False)


def test_what_is_there(tmp_path):
    (tmp_path / "file").touch()
    assert (exists(tmp_path), is_folder(tmp_path), is_file(tmp_path)) == (True, True, False)
    assert (exists(tmp_path / "file"), is_file(tmp_path / "file")) == (True, True)


@pytest.mark.parametrize("name", [LONG, "a\0b"])
@pytest.mark.parametrize("key", ["extends", "model"])
def test_they_are_refused_in_a_pipeline_file(tmp_path, name, key):
    path = tmp_path / "pipeline.yaml"
    path.write_text(f'{key}: "{name}"\n'.replace("\0", "\\0"))
    with pytest.raises(SeqpipeError, match=r"pipeline.yaml:1:\d+: .*no "):
        open_pipeline(str(path), Registry.discover())


@pytest.mark.parametrize("stage", ["read: {reader: core.lines", "write: {writer: core.jsonl"])
def test_nul_is_refused_in_paths(tmp_path, stage):
    path = tmp_path / "pipeline.yaml"
    path.write_text(f'model: text/sentiment\n{stage}, path: "a\\0b"}}\n')
    with pytest.raises(SeqpipeError, match="no file has the character NUL in its name"):
        open_pipeline(str(path), Registry.discover())


def test_names_that_are_too_long_are_refused_on_the_command_line(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    colours.write(tmp_path)
    (tmp_path / "in.txt").write_text("xa\n")
    for words in ([LONG], ["colours.yaml", LONG], ["colours.yaml", "in.txt", "-o", LONG]):
        assert execute(["run", *words]) in (2, 4)
        line = capsys.readouterr().err.strip()
        assert "bug" not in line
        assert "\n" not in line
