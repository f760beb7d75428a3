"""Trainings that stop and are resumed are those that never stopped, bit for bit."""

import json
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

import seqpipe
from seqpipe.pipeline.opened_pipeline import open_pipeline
from seqpipe.registry import Registry
from seqpipe.training import Interrupted, TrainingOptions, Watcher, run_training
from tests import killing

STREAMS = """
read: {reader: core.jsonl, payload: text}
stages:
  - tokenizer: core.symbols
  - encoder: core.one_hot
  - core: core.lstm
    hidden: 12
    output: next
  - decoder: core.sample
    length: 3
train:
  data: {train: train.jsonl}
  optimizer: {sgd: {lr: 0.5}}
  window: 7
  batch: {records: 4}
  dropout: {between: 0.1}
  epochs: 2
"""
RESULTS = ("metrics.jsonl", "checkpoints/best.safetensors", "model.safetensors")


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory) -> Path:
    return killing.write(tmp_path_factory.mktemp("data"), records=400)


@pytest.fixture(scope="module")
def whole(pipeline) -> dict[str, bytes]:
    return killing.trained(pipeline, pipeline.parent / "whole")


def test_three_kills_change_nothing(pipeline, whole):
    assert killing.trained(pipeline, pipeline.parent / "killed", kills=3) == whole


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_the_same_seed_gives_the_same_bits_on_any_number_of_threads(pipeline, whole, threads):
    run = pipeline.parent / f"threads-{threads}"
    seqpipe.train(pipeline, output=run, threads=threads)
    found = {name: (run / name).read_bytes() for name in RESULTS[:2]}
    assert found == {name: whole[name] for name in RESULTS[:2]}


def test_another_seed_gives_other_weights(pipeline, whole):
    run = pipeline.parent / "other"
    seqpipe.train(pipeline, output=run, settings=["train.seed=4", "train.epochs=1"])
    assert (run / RESULTS[1]).read_bytes() != whole[RESULTS[1]]


@pytest.mark.parametrize("after", [1, 5, 6, 11])
def test_in_the_middle_of_the_windows_of_a_batch(tmp_path, after):
    write_streams(tmp_path)
    train(tmp_path, "whole")
    with pytest.raises(Interrupted):
        train(tmp_path, "stopped", stop_after=after)
    train(tmp_path, "stopped", resume=True)
    for name in RESULTS:
        assert (tmp_path / "stopped" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes(), name


def test_a_training_that_is_over_is_only_written_again(tmp_path):
    write_streams(tmp_path)
    train(tmp_path, "run")
    before = {name: (tmp_path / "run" / name).read_bytes() for name in RESULTS}
    train(tmp_path, "run", resume=True)
    assert {name: (tmp_path / "run" / name).read_bytes() for name in RESULTS} == before


def test_another_configuration_is_refused(tmp_path):
    write_streams(tmp_path)
    train(tmp_path, "run")
    with pytest.raises(seqpipe.ConfigError) as caught:
        seqpipe.train(tmp_path / "pipeline.yaml", resume=tmp_path / "run", settings=["core.hidden=13"])
    assert "it had 'hidden: 12', now 'hidden: 13' (change it back, or begin a new training)" in str(caught.value)


def test_other_data_are_refused(tmp_path):
    write_streams(tmp_path)
    train(tmp_path, "run")
    with (tmp_path / "train.jsonl").open("a") as file:
        file.write('{"text": "more"}\n')
    with pytest.raises(seqpipe.SeqpipeError, match="the data are not those that it began with"):
        train(tmp_path, "run", resume=True)


def test_a_folder_without_a_training(tmp_path):
    write_streams(tmp_path)
    with pytest.raises(seqpipe.OutputError, match="there is no training here"):
        train(tmp_path, "nothing", resume=True)


def test_what_a_killed_process_left_is_removed(tmp_path):
    write_streams(tmp_path)
    train(tmp_path, "run")
    left = tmp_path / "run" / "checkpoints" / ".last.safetensors-0123.tmp"
    left.touch()
    train(tmp_path, "run", resume=True)
    assert not left.exists()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_the_first_signal_saves_and_says_how_to_go_on(pipeline, number, code):
    run = pipeline.parent / f"signal-{code}"
    process = subprocess.Popen(killing.command(pipeline, run, 1), stderr=subprocess.PIPE, text=True)
    last = run / "checkpoints" / "last.safetensors"
    while process.poll() is None and not last.exists():
        time.sleep(0.01)
    process.send_signal(number)
    _, said = process.communicate()
    assert process.returncode == code
    assert said.splitlines() == [
        "stopping after this step; once more to stop at once",
        f"stopped, all is saved; resume with: seqpipe train {pipeline} --resume {run}",
    ]


def write_streams(folder: Path) -> None:
    chance = random.Random(2)
    texts = ["".join(chance.choice("abc") for _ in range(chance.randint(1, 40))) for _ in range(10)]
    (folder / "train.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    (folder / "pipeline.yaml").write_text(STREAMS)


def train(folder: Path, run: str, *, stop_after: int | None = None, resume: bool = False) -> None:
    """Train in this process, stopped after so many steps."""
    asked = iter(range(10**6))
    options = TrainingOptions(
        output=None if resume else folder / run,
        resume=folder / run if resume else None,
        interrupted=lambda: stop_after is not None and next(asked) + 1 >= stop_after,
    )
    registry = Registry.discover()
    run_training(open_pipeline(str(folder / "pipeline.yaml"), registry, with_model=False), registry, options, Watcher())
