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
