"""What a training leaves runs: its folder, its pipeline, its model, wherever they are copied to."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import seqpipe
from seqpipe.cli.application import execute
from seqpipe.errors import SeqpipeError
from seqpipe.pipeline import Model
from tests.training.conftest import LABELS, Run

PIPELINE = LABELS.replace("payload: text,", "payload: text, path: train.jsonl,")


@pytest.fixture
def folder(run: Run) -> Path:
    return run("train.epochs=40", "train.optimizer={adam: {lr: 0.05}}", pipeline=PIPELINE)


@pytest.fixture
def new(tmp_path: Path) -> Path:
    (tmp_path / "new.jsonl").write_text('{"text": "xyb"}\n')
    return tmp_path / "new.jsonl"


def label(name: Path, data: Path) -> str:
    (result,) = seqpipe.load(name).read(data)
    return result["label"]


def test_the_folder_its_pipeline_its_model_and_its_best_weights_run(folder: Path, new: Path) -> None:
    for name in ("", "pipeline.yaml", "model.safetensors", "checkpoints/best.safetensors"):
        assert label(folder / name, new) == "b"


def test_a_model_that_was_copied_is_all_one_needs(folder: Path, new: Path, tmp_path: Path, capsys: Any) -> None:
    shutil.copy(folder / "model.safetensors", tmp_path / "copied.safetensors")
    shutil.rmtree(folder)
    model = str(tmp_path / "copied.safetensors")
    assert execute(["run", model, str(new), "-q"]) == 0
    assert json.loads(capsys.readouterr().out)["label"] == "b"
    assert execute(["evaluate", model, "--data", str(tmp_path / "dev.jsonl"), "--json", "-q"]) == 0
    assert set(json.loads(capsys.readouterr().out)) >= {"accuracy", "f1"}
    assert execute(["check", model]) == 0
    assert "reader     core.jsonl" in capsys.readouterr().out
    assert execute(["run", model, "--text", "xyb", "--explain", "-q"]) == 0
    assert "core core.rnn" in capsys.readouterr().out


def test_the_pipeline_that_a_training_leaves_names_no_data(folder: Path) -> None:
    text = (folder / "pipeline.yaml").read_text()
    assert "train" not in text
    assert "path" not in text
    assert text.startswith("name: pipeline\nmodel: model.safetensors\n")


def test_a_pipeline_that_names_a_model_says_only_what_is_different(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(f"model: {folder.name}/model.safetensors\nread: {{payload: sentence}}\n")
    (tmp_path / "new.jsonl").write_text('{"sentence": "xyb"}\n')
    assert label(tmp_path / "own.yaml", tmp_path / "new.jsonl") == "b"


@pytest.mark.parametrize("reader", ["core.csv", "core.tsv", "core.jsonl"])
def test_what_should_be_learned_is_no_part_of_what_a_run_reads(
    folder: Path, tmp_path: Path, reader: str, capsys: Any
) -> None:
    lines = ['{"text": "xyb", "label": "b"}', '{"text": "xya"}'] if reader == "core.jsonl" else ["text", "xyb", "xya"]
    new = tmp_path / "new"
    new.write_text("".join(f"{line}\n" for line in lines))
    model, read = str(folder / "model.safetensors"), f"read={{reader: {reader}, target: label}}"
    assert execute(["run", model, str(new), "-q", "--set", read]) == 0
    results = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [result["label"] for result in results] == ["b", "a"]


def test_evaluation_and_training_need_it(folder: Path, new: Path, capsys: Any) -> None:
    assert execute(["evaluate", str(folder), "--data", str(new), "-q"]) == 4
    assert "no key 'label' for the target" in capsys.readouterr().err


@pytest.mark.parametrize("section", ["read", "write"])
def test_a_model_names_no_file_to_read_or_write(folder: Path, tmp_path: Path, section: str, capsys: Any) -> None:
    secret = tmp_path / "secret.jsonl"
    secret.write_text('{"text": "xyb"}\n')
    kinds = {"read": {"reader": "core.jsonl"}, "write": {"writer": "core.jsonl"}}
    model = Model.load(folder / "model.safetensors")
    facts = {**model.facts, section: {**kinds[section], "path": str(secret)}}
    replace(model, facts=facts).save(tmp_path / "hostile.safetensors")
    inputs = [] if section == "read" else ["--text", "xyb"]
    assert execute(["run", str(tmp_path / "hostile.safetensors"), *inputs, "-q"]) == (2 if section == "read" else 0)
    assert secret.read_text() == '{"text": "xyb"}\n'


def test_a_folder_that_is_no_trainings_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SeqpipeError, match="is a folder, and no training's"):
        seqpipe.load(tmp_path)


def test_a_training_that_has_not_ended_says_how_to_end_it(folder: Path) -> None:
    (folder / "pipeline.yaml").unlink()
    with pytest.raises(SeqpipeError, match=r"has not ended \(resume it: `seqpipe train PIPELINE --resume "):
        seqpipe.load(folder)
