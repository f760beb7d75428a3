"""``seqpipe models``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from shutil import copy

from seqpipe.pipeline.model import Model
from seqpipe.registry import Plugin


def test_show_says_what_is_in_a_model(folder, command):
    result = command("models", "show", "colours.safetensors")
    assert (result.code, result.err) == (0, "")
    assert result.lines[0] == "colours (colours.safetensors, 0.0 MB, 54 parameters)"
    assert "  - tokenizer: core.symbols" in result.lines
    rows = [line.split() for line in result.lines]
    assert ["0.vocabulary", "<unk>", "x", "y", "a", "b"] in rows
    assert ["2.output.weight", "2", "x", "4"] in rows


def test_show_of_what_is_not_there(folder, command):
    result = command("models", "show", "nothing.safetensors")
    assert (result.code, result.err) == (
        2,
        "nothing.safetensors: no such model (check the path, or train it with `seqpipe train`)\n",
    )
    assert command("models", "show", "core/nothing").err == "plugin 'core' has no model 'nothing' (none is known)\n"


def test_list_shows_what_plugins_ship(folder, command, tmp_path, monkeypatch):
    (tmp_path / "models").mkdir()
    copy("colours.safetensors", tmp_path / "models/colours.safetensors")
    Path("models/broken.safetensors").write_bytes(b"not a model")
    monkeypatch.setattr(Plugin, "folder", property(lambda plugin: tmp_path if plugin.name == "core" else None))
    result = command("models", "list")
    assert (result.code, result.err) == (0, "")
    broken, colours = result.lines
    assert broken.startswith("core/broken   0.0 MB")
    assert "models/broken.safetensors: not a whole model file" in broken
    assert colours.split() == ["core/colours", "0.0", "MB", "no", "licence", "stated"]
    assert command("models").out == result.out


def test_list_gives_figures_with_their_bounds(folder, command, tmp_path, monkeypatch):
    (tmp_path / "models").mkdir()
    bounded = {"value": 0.25, "low": 0.1, "high": 0.4321}
    figures = {"wer": bounded, "f1_per_type": {"PER": bounded}, "accuracy": 0.5, "\x1b[2Jred": None}
    model = Model.load(Path("colours.safetensors"))
    replace(model, facts={"figures": figures, "license": "MIT\x1b[2J"}).save(
        tmp_path / "models" / "colours.safetensors"
    )
    monkeypatch.setattr(Plugin, "folder", property(lambda plugin: tmp_path if plugin.name == "core" else None))
    (line,) = command("models").lines
    assert "MIT" in line
    assert "\x1b" not in line
    assert line.endswith("accuracy 0.5, f1_per_type PER 0.25 [0.1, 0.432], wer 0.25 [0.1, 0.432]")


def test_list_where_nothing_is_shipped(command, monkeypatch):
    monkeypatch.setattr(Plugin, "folder", None)
    assert command("models").out == "no installed plugin ships a model\n"


def test_quantize_writes_a_model_of_a_quarter(folder, command):
    result = command("models", "quantize", "colours.safetensors", "-o", "small.safetensors")
    assert (result.code, result.out, result.err) == (0, "small.safetensors\n", "")
    assert Model.load(Path("small.safetensors")).precision == "int8"
    shown = command("models", "show", "small.safetensors").lines
    assert shown[0] == "colours (small.safetensors, 0.0 MB, 54 parameters, in int8)"
    answers = [
        command("run", "colours.yaml", "--text", "xya", "--set", setting).out
        for setting in ("model=small.safetensors", "precision=int8")
    ]
    assert answers[0] == answers[1] != ""


def test_quantize_names_its_file_after_the_model(folder, command):
    assert command("models", "quantize", "colours.safetensors").out == "colours-int8.safetensors\n"
    assert Path("colours-int8.safetensors").exists()


def test_quantize_refuses_what_it_cannot_do(folder, command):
    command("models", "quantize", "colours.safetensors", "-o", "small.safetensors")
    assert command("models", "quantize", "small.safetensors").err == (
        "the model colours is quantized already (use it as it is)\n"
    )
    assert command("models", "quantize", "colours.safetensors", "-o", "colours.safetensors").err == (
        "colours.safetensors is read and written at once (name another file: -o FILE)\n"
    )


def test_what_is_quantized_is_not_trained(folder, command):
    command("models", "quantize", "colours.safetensors", "-o", "small.safetensors")
    todo = "(train in float32, then quantize what comes out: `seqpipe models quantize`)"
    setting = "train.start={model: small.safetensors}"
    result = command("train", "colours.yaml", "--set", setting)
    assert result.code == 2
    assert result.err.splitlines() == [
        f"--set {setting}: the model small.safetensors is quantized, and cannot be trained {todo}"
    ]


def test_a_run_is_not_resumed_in_another_precision(folder, command):
    Path("lines.txt").write_text("xya\nb\n")
    command("run", "colours.yaml", "lines.txt", "-o", "out.jsonl")
    result = command("run", "colours.yaml", "lines.txt", "-o", "out.jsonl", "--resume", "--set", "precision=int8")
    assert result.code == 2
    assert "precision is int8, and was not given" in result.err
