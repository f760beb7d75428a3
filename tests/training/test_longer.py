"""Trainings that become longer where they are resumed."""

from pathlib import Path

import pytest

import seqpipe
from seqpipe import NOTICE
from seqpipe.training.session.length import is_longer
from tests.training.conftest import LABELS, lines

FILES = ("metrics.jsonl", "checkpoints/best.safetensors", "model.safetensors")
RATE = "train.optimizer={adam: {lr: 0.02}}"
DROPOUT = "train.dropout={input: 0.1}"


def resumed(folder: Path, *settings: str) -> Path:
    return seqpipe.train(folder.parent / "pipeline.yaml", resume=folder, settings=settings).parent


def contents(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in FILES}


@pytest.mark.parametrize(
    "settings",
    [
        (RATE, DROPOUT, "train.average=0.9"),
        (RATE, "train.schedule={warmup: 20}", "train.batch={records: 5}"),
        (RATE, "train.schedule={plateau: {patience: 0, factor: 0.5}}"),
    ],
)
def test_more_epochs_are_what_they_would_have_been_from_the_beginning(run, settings):
    whole = run(*settings, "train.epochs=7", name="whole")
    longer = run(*settings, "train.epochs=4", name="longer")
    resumed(longer, *settings, "train.epochs=7")
    assert contents(longer) == contents(whole)
    assert "epochs: 7\n" in (longer / "training.yaml").read_text()
    assert "- 7 epochs" in (longer / "README.md").read_text()


STREAMS = """
read: {reader: core.jsonl, payload: text}
stages:
  - tokenizer: core.symbols
  - encoder: core.one_hot
  - core: core.lstm
    hidden: 6
    output: next
  - decoder: core.sample
    length: 3
train:
  data: {train: train.jsonl, dev: dev.jsonl}
  window: 2
  batch: {records: 4}
"""


@pytest.mark.parametrize("pipeline", [LABELS.replace("  epochs: 3\n", ""), STREAMS])
@pytest.mark.parametrize("steps", [1, 3, 6, 8])
def test_more_steps_go_on_in_the_middle_of_an_epoch(run, pipeline, steps):
    settings = (RATE, "train.batch={records: 8}")
    whole = run(*settings, "train.steps=13", pipeline=pipeline, name="whole")
    longer = run(*settings, f"train.steps={steps}", pipeline=pipeline, name="longer")
    resumed(longer, *settings, "train.steps=11")
    resumed(longer, *settings, "train.steps=13")
    assert contents(longer) == contents(whole)


def test_with_a_cosine_the_longer_schedule_holds_from_there_on(run):
    settings = (RATE, "train.schedule={cosine: true}")
    folder = run(*settings, "train.epochs=2", name="longer")
    resumed(folder, *settings, "train.epochs=4")
    rates = [epoch["learning_rate"] for epoch in lines(folder / "metrics.jsonl")]
    assert rates[2] == pytest.approx(0.01, abs=1e-9)  # the third of four steps: 0.02 at the half of a cosine
    assert rates[1] == pytest.approx(0.01, abs=1e-9)  # the second of two


def test_one_that_says_nothing_has_ten_epochs(run):
    pipeline = LABELS.replace("  epochs: 3\n", "")
    folder = run(pipeline=pipeline)
    with pytest.raises(seqpipe.ConfigError, match="now 'epochs: 9'"):
        resumed(folder, "train.epochs=9")
    assert len(lines(resumed(folder, "train.epochs=11") / "metrics.jsonl")) == 11


@pytest.mark.parametrize("name", ["steps", "minutes"])
def test_more_of_other_lengths(run, name):
    pipeline = LABELS.replace("  epochs: 3\n", "")
    folder = run(f"train.{name}={2 if name == 'steps' else 1e-7}", pipeline=pipeline)
    resumed(folder, f"train.{name}={3 if name == 'steps' else 2e-7}")
    assert lines(folder / "metrics.jsonl")[-1]["steps"] in ((3,) if name == "steps" else (1, 2))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (("train.epochs=2",), "it had 'epochs: 3', now 'epochs: 2' (change it back, or begin a new training)"),
        (("train.epochs=4", "train.seed=1"), "it had 'epochs: 3', now 'epochs: 4'"),
        (("train.epochs=", "train.steps=100"), "it had 'epochs: 3', now 'steps: 100'"),
    ],
)
def test_a_shorter_one_and_other_changes_are_refused(run, settings, message):
    folder = run()
    before = (folder / "training.yaml").read_bytes()
    with pytest.raises(seqpipe.ConfigError) as caught:
        resumed(folder, *settings)
    assert message in str(caught.value)
    assert (folder / "training.yaml").read_bytes() == before


def test_one_that_ran_out_of_patience_says_why_it_does_not_go_on(run, caplog):
    patience = "train.stop={patience: 1}"
    folder = run(patience, "train.epochs=30", RATE)
    done = len(lines(folder / "metrics.jsonl"))
    with caplog.at_level(NOTICE, "seqpipe"):
        resumed(folder, patience, "train.epochs=40", RATE)
    assert len(lines(folder / "metrics.jsonl")) == done < 30
    assert "nothing got better for 1 epochs, so it is over, however long it may last" in caplog.messages


def test_a_value_from_the_environment_is_no_length():
    began, now = ("train:\n  epochs: ${env:EPOCHS}\n", "train:\n  epochs: 20\n")
    assert not is_longer(began, now, "training.yaml")
    assert is_longer("train:\n  epochs: 10\n", now, "training.yaml")
