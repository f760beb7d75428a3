"""``seqpipe check``."""

from __future__ import annotations

from pathlib import Path

from seqpipe.config import parse_document

UNTRAINED = """\
stages:
  - tokenizer: core.symbols
    size: 50
  - encoder: core.one_hot
  - core: core.gru
    hidden: 16
  - decoder: core.tags
"""


def test_a_trained_pipeline(folder, command):
    result = command("check", "colours.yaml")
    assert (result.code, result.err) == (0, "")
    size = Path("colours.safetensors").stat().st_size / 1e6
    assert result.lines == [
        "colours (colours.yaml)",
        "",
        "                                    parameters  gives, for the next to take",
        "reader     core.lines                           text",
        "tokenizer  core.symbols                         tokens of 5 int32 with spans",
        "encoder    core.one_hot                         one_hot of 5 float32 with spans",
        "core       core.rnn                         54  logits of 2 float32 (one a record) with spans",
        "decoder    core.labels                          outputs of 2 float32 (one a record) with spans",
        "writer     core.jsonl, if not said              bytes",
        "",
        "54 parameters, 0.0 MB in memory",
        f"trained: colours.safetensors ({size:.1f} MB)",
        "takes a record whole: core.rnn needs all of it",
    ]


def test_a_pipeline_that_is_not_trained(tmp_path, command):
    path = tmp_path / "new.yaml"
    path.write_text(UNTRAINED)
    result = command("check", path, "--set", "core.hidden=8")
    assert result.code == 0
    assert "tokens of 50 int32 with spans" in result.out
    assert "not trained yet: sizes that come from vocabularies and labels are upper bounds or missing" in result.lines


def test_the_resolved_configuration_says_where_each_value_comes_from(folder, command, monkeypatch):
    monkeypatch.setenv("SIZE", "4")
    path = Path("colours.yaml")
    path.write_text(path.read_text().replace("hidden: 4", "hidden: ${env:SIZE}"))
    result = command("check", "colours.yaml", "--set", "decoder.probabilities=false", "--resolved")
    assert (result.code, result.err) == (0, "")
    lines = [" # ".join(part.strip() for part in line.split("#")) for line in result.lines]
    assert lines[:8] == [
        "name: colours # colours.yaml:1:7",
        "model: colours.safetensors # colours.yaml:2:8",
        "read:",
        "reader: core.lines # colours.yaml:3:16",
        "path: [] # default",
        "encoding: utf-8 # default",
        "stages:",
        "- tokenizer: core.symbols # colours.yaml:5:16",
    ]
    assert "hidden: ${env:SIZE} # colours.yaml:8:13" in lines
    assert "probabilities: false # --set decoder.probabilities=false" in lines
    assert "epochs: 3 # colours.yaml:13:11" in lines
    assert "seed: 0 # default" in lines


def test_the_resolved_configuration_is_a_pipeline(folder, command, tmp_path):
    text = command("check", "colours.yaml", "--resolved").out
    assert parse_document(text, "resolved", tmp_path).values(("stages", 2, "hidden")) == 4
    Path("resolved.yaml").write_text(text)
    again = command("check", "resolved.yaml", "--resolved").out
    assert [line.partition("#")[0] for line in again.splitlines()] == [
        line.partition("#")[0] for line in text.splitlines()
    ]


def test_a_training_that_needs_a_variable_is_shown_as_written(folder, command):
    path = Path("colours.yaml")
    path.write_text(path.read_text().replace("train: train.tsv", 'train: "${env:NO_SUCH_FOLDER}/train.tsv"'))
    result = command("check", "colours.yaml", "--resolved")
    assert (result.code, result.err) == (0, "")
    assert 'train: "${env:NO_SUCH_FOLDER}/train.tsv"' in result.out


def test_mistakes_in_the_training_are_found(folder, command):
    path = Path("colours.yaml")
    path.write_text(path.read_text().replace("epochs", "epoch"))
    result = command("check", "colours.yaml")
    assert (result.code, result.err) == (
        2,
        "colours.yaml:13:3: unknown key 'epoch' in train (did you mean 'epochs'?)\n",
    )


def test_a_pipeline_from_standard_input(folder, command):
    written = Path("colours.yaml").read_bytes()
    result = command("check", "-", stdin=written)
    assert (result.code, result.err) == (0, "")
    assert result.lines[0] == "colours (standard input)"
    assert result.lines[1:] == command("check", "colours.yaml").lines[1:]
    wrong = command("check", "-", stdin=written.replace(b"hidden: 4", b"hiden: 4"))
    assert wrong.err == "standard input:8:5: unknown key 'hiden' in core.rnn (did you mean 'hidden'?)\n"
    extended = command("check", "-", stdin=b"extends: colours.yaml\nname: mine\n")
    assert extended.lines[0] == "mine (standard input)"


def test_a_list_that_the_shell_has_not_passed_on(folder, command):
    result = command("check", "colours.yaml", "--set", "core.pooling=max")
    assert (result.code, result.err) == (
        2,
        "--set core.pooling=max: pooling must be a list, not text 'max' "
        "(quote all of it for the shell: --set 'core.pooling=[a, b]')\n",
    )
