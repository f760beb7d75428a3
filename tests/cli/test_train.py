"""``seqpipe train``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest


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


def test_a_learning_curve_prints_its_figures(folder, command):
    options = ("--learning-curve", "50,100", "-q", "--set", "train.epochs=1", "--set", "train.data.dev=train.tsv")
    result = command("train", "colours.yaml", "-o", "curve", *options)
    assert result.code == 0, result.err
    first, header, *rows = result.out.splitlines()
    assert first == "curve:"
    assert header.split("  ")[0] == "metric"
    assert [row.split()[:2] for row in rows] == [
        [name, part] for name in ("accuracy", "f1", "mcc") for part in ("50", "100")
    ]
    assert command("train", "colours.yaml", "--resume", "curve", *options).out == result.out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ["--group", "speaker"],
            "--group says which records stay together (say what for: --folds 5, or --learning-curve 10,20,50,100)",
        ),
        (["--folds", "5", "--learning-curve", "50,100"], "--folds and --learning-curve do not go together (keep one)"),
        (
            ["--learning-curve", "half"],
            "--learning-curve takes percents, not 'half' (write, for example, --learning-curve 10,20,50,100)",
        ),
        (
            ["--learning-curve", "50,20"],
            "50, 20, where percents are needed "
            "(give numbers above 0 and up to 100, each greater than the last: 10, 20, 50, 100)",
        ),
    ],
)
def test_parts_of_the_records_that_make_no_sense(folder, command, options, message):
    result = command("train", "colours.yaml", *options)
    assert (result.code, result.err) == (2, f"{message}\n")
