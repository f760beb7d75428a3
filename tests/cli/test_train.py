"""``seqpipe train``."""

from __future__ import annotations

import json
from pathlib import Path

from seqpipe.cli.terminal import training_view


def test_a_line_for_each_epoch_and_the_model_at_the_end(folder, command):
    result = command("train", "colours.yaml", "-o", "run")
    assert (result.code, result.out) == (0, "run/model.safetensors\n")
    opening, *epochs = result.err.splitlines()
    assert opening == "run: learning from 6 records"
    assert [line.split()[:2] for line in epochs] == [["epoch", "1"], ["epoch", "2"], ["epoch", "3"]]
    assert all(line.endswith(" records/s") for line in epochs)


def test_quiet(folder, command):
    result = command("train", "colours.yaml", "-o", "run", "-q")
    assert (result.code, result.out, result.err) == (0, "run/model.safetensors\n", "")


def test_folders_are_numbered(folder, command):
    for number in (1, 2):
        result = command("train", "colours.yaml", "-q", "--set", "train.epochs=1")
        assert result.out == f"runs/colours-{number}/model.safetensors\n"


def test_a_folder_that_is_there(folder, command):
    Path("run").mkdir()
    result = command("train", "colours.yaml", "-o", "run")
    assert (result.code, result.err) == (4, "run: it exists already (name a folder that does not)\n")


def test_a_record_that_cannot_be_learned(folder, command):
    with Path("train.tsv").open("a") as file:
        file.write("\tred\n")
    result = command("train", "colours.yaml", "-o", "run")
    assert (result.code, result.out) == (4, "")
    assert result.err == (
        "train.tsv:7: the record is empty: there is nothing to learn from "
        "(give it something, or leave such records out: --on-error skip)\n"
    )
    assert not Path("run").exists()
    result = command("train", "colours.yaml", "-o", "run", "--on-error", "skip", "-v")
    assert result.code == 3
    assert "warning: left out: train.tsv:7: the record is empty: there is nothing to learn from" in result.err


def test_going_on_takes_its_own_folder(folder, command):
    result = command("train", "colours.yaml", "-o", "run", "--resume", "run")
    assert (result.code, result.err) == (
        2,
        "--output and --resume do not go together (a training is resumed in its own folder)\n",
    )


def test_going_on_after_the_end_writes_the_model_again(folder, command):
    command("train", "colours.yaml", "-o", "run", "-q")
    result = command("train", "colours.yaml", "--resume", "run")
    assert (result.code, result.out) == (0, "run/model.safetensors\n")
    assert result.err == "run: learning from 6 records, resumed after epoch 3\n"


def test_the_model_notes_the_command(folder, command):
    command("train", "colours.yaml", "-o", "run", "-q", "--set", "core.hidden=3")
    shown = command("models", "show", "run/model.safetensors").out
    assert 'command: "seqpipe train colours.yaml --set core.hidden=3"' in shown
    assert json.loads(Path("run/metrics.jsonl").read_text().splitlines()[0])["epoch"] == 1


def test_folds_print_their_figures(folder, command):
    result = command("train", "colours.yaml", "-o", "cv", "--folds", "2", "-q", "--set", "train.epochs=1")
    assert result.code == 0, result.err
    first, header, *rows = result.out.splitlines()
    assert first == "cv:"
    assert header.split() == ["metric", "mean", "deviation", "together", "bounds", "fold", "1", "fold", "2"]
    assert [row.split()[0] for row in rows] == ["accuracy", "f1", "mcc"]
    again = command("train", "colours.yaml", "--resume", "cv", "--folds", "2", "-q", "--set", "train.epochs=1")
    assert again.out == result.out


def test_groups_are_for_folds(folder, command):
    result = command("train", "colours.yaml", "--group", "speaker")
    assert (result.code, result.err) == (
        2,
        "--group says which records are in one fold (say how many folds: --folds 5)\n",
    )


def test_the_log_in_json(folder, command, monkeypatch):
    monkeypatch.setattr(training_view, "EVERY", 0.0)
    result = command("train", "colours.yaml", "-o", "new", "--log-format", "json")
    assert (result.code, result.lines) == (0, [str(Path("new/model.safetensors"))])
    told = [json.loads(line) for line in result.err.splitlines()]
    assert [line["event"] for line in told] == ["learning", *["progress", "epoch"] * 3]
    assert {"folder": "new", "records": 6, "dev": 0, "epochs": 0, "level": "info"}.items() <= told[0].items()
    assert {"epoch": 1, "step": 1}.items() <= told[1].items()
    assert told[1].keys() >= {"loss", "share", "message", "time"}
    assert told[-1]["message"].startswith("epoch 3 loss ")
    assert {"epoch": 3, "best": False}.items() <= told[-1].items()
