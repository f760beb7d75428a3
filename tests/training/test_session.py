"""Whole trainings: when they end, what they leave, what they begin with."""

import logging
from datetime import datetime

import numpy as np
import pytest

import seqpipe
from seqpipe.pipeline import Model
from tests.training.conftest import DEV, LABELS, TRAIN, lines


def test_what_a_training_leaves(run):
    folder = run("train.license=CC0", "train.optimizer={adam: {lr: 0.05}}")
    assert sorted(str(path.relative_to(folder)) for path in folder.rglob("*.*")) == [
        "README.md",
        "checkpoints/best.safetensors",
        "checkpoints/last.safetensors",
        "loss.svg",
        "metric.svg",
        "metrics.jsonl",
        "model.safetensors",
        "pipeline.yaml",
        "timing.jsonl",
    ]
    epochs = lines(folder / "metrics.jsonl")
    assert [epoch["epoch"] for epoch in epochs] == [1, 2, 3]
    assert set(epochs[0]) == {"epoch", "steps", "loss", "learning_rate", "skipped", "accuracy", "f1", "mcc"}
    model = Model.load(folder / "model.safetensors")
    assert model.facts["data"] == {"train": ["train.jsonl"], "dev": ["dev.jsonl"], "records": 32, "dev_records": 4}
    figure = model.facts["figures"]["accuracy"]
    assert figure["low"] <= figure["value"] <= figure["high"]


def test_a_figure_that_is_no_number_leaves_a_model_that_can_be_read(run):
    folder = run("decoder.positive=a", dev=[{"text": "yb", "label": "b"}])  # the share of none that are sought
    figures = Model.load(folder / "model.safetensors").facts["figures"]
    assert figures["sensitivity"] == {"value": None, "low": None, "high": None}
    assert figures["specificity"]["value"] is not None


def test_the_card_says_what_one_has_to_know(run):
    card = (run("train.license=CC0") / "README.md").read_text()
    assert "- learned from: 32 records of `train.jsonl`" in card
    assert "- licence: CC0" in card
    assert "| accuracy |" in card
    assert "- 3 epochs, 3 steps" in card
    assert "54 parameters" in card
    assert "records a second" in card
    assert "- tokenizer: core.symbols" in card


def test_without_dev_data_the_last_epoch_is_kept_and_the_card_says_so(run):
    pipeline = LABELS.replace(", dev: dev.jsonl", "")
    folder = run(pipeline=pipeline)
    assert Model.load(folder / "model.safetensors").facts["epoch"] == 3
    assert "Not known: there were no dev data." in (folder / "README.md").read_text()


def test_the_built_in_observer_notes_what_happened_when(run):
    events = lines(run() / "timing.jsonl")
    assert [event["event"] for event in events] == ["started", *["epoch_finished"] * 3, "finished"]
    assert all(datetime.fromisoformat(event["time"]) for event in events)
    assert events[1]["figures"]["records"] == 32


@pytest.mark.parametrize(
    ("settings", "epochs", "steps"),
    [
        (("train.epochs=2",), 2, 2),
        (("train.batch={records: 8}",), 3, 12),
        (("train.batch={positions: 16}", "train.epochs=1"), 1, 5),
        (("train.steps=5", "train.batch={records: 8}"), 2, 5),
        (("train.minutes=0.000001",), 1, 1),
    ],
)
def test_how_long_it_takes(run, settings, epochs, steps):
    without_epochs = any("steps" in one or "minutes" in one for one in settings)
    pipeline = LABELS.replace("  epochs: 3\n", "") if without_epochs else LABELS
    found = lines(run(*settings, pipeline=pipeline) / "metrics.jsonl")
    assert (len(found), found[-1]["steps"]) == (epochs, steps)


def test_it_ends_early_when_nothing_gets_better(run):
    found = lines(run("train.epochs=50", "train.stop={metric: f1, patience: 2}") / "metrics.jsonl")
    best = max(range(len(found)), key=lambda index: (found[index]["f1"], -index))
    assert len(found) == best + 3 < 50


def test_on_a_plateau_the_rate_falls(run):
    found = lines(run("train.epochs=8", "train.schedule={plateau: {patience: 0, factor: 0.1}}") / "metrics.jsonl")
    assert found[0]["learning_rate"] == 0.001
    assert found[-1]["learning_rate"] < 0.0005


def test_a_share_is_held_out(run):
    pipeline = LABELS.replace("dev: dev.jsonl", "held_out: 0.3")
    data = Model.load(run(pipeline=pipeline) / "model.safetensors").facts["data"]
    assert data["records"] + data["dev_records"] == 32
    assert data["dev_records"] % 4 == 0  # equal records are on one side


def test_long_records_are_left_out(run, caplog):
    model = Model.load(run("train.data.longest=2") / "model.safetensors")
    short = sum(len(one["text"]) <= 2 for one in TRAIN)
    assert model.facts["data"]["records"] == short
    said = f"{len(TRAIN) - short} of {len(TRAIN)} records are longer than train.data.longest and not learned"
    assert said in caplog.messages


def test_it_starts_from_all_of_another_model(run, tmp_path):
    first = run("train.optimizer={adam: {lr: 0.05}}", "train.epochs=5", name="first")
    start = f"train.start={{model: {first}/model.safetensors}}"
    more = [{"text": "xyza", "label": "a"}]
    second = run(start, "train.optimizer={adam: {lr: 0.000001}}", "train.epochs=1", train=TRAIN + more, name="second")
    before, after = (Model.load(folder / "model.safetensors") for folder in (first, second))
    assert after.learned == before.learned
    for name, array in before.parameters.items():
        np.testing.assert_allclose(after.parameters[name], array, atol=1e-4)


def test_it_starts_from_what_matches(run, caplog):
    first = run(name="first")
    start = f"train.start={{model: {first}/model.safetensors, matching: true}}"
    three = [*TRAIN, {"text": "xc", "label": "c"}]
    with caplog.at_level(logging.WARNING, "seqpipe"):
        second = run(start, "train.optimizer={adam: {lr: 0.000001}}", "train.epochs=1", train=three, name="second")
    assert caplog.messages == [
        f"begins without 2.output.weight, 2.output.bias of {first}/model.safetensors, which do not fit"
    ]
    before, after = (Model.load(folder / "model.safetensors") for folder in (first, second))
    assert after.learned[0] == before.learned[0]
    assert after.learned[3] == {"labels": ["a", "b", "c"]}
    np.testing.assert_allclose(
        after.parameters["2.rnn.weight_hh_l0"], before.parameters["2.rnn.weight_hh_l0"], atol=1e-3
    )


def test_a_model_of_other_stages_is_not_started_from(run):
    first = run(name="first")
    pipeline = LABELS.replace("core.rnn", "core.gru")
    with pytest.raises(seqpipe.ModelError, match="to take what fits"):
        run(f"train.start={{model: {first}/model.safetensors}}", pipeline=pipeline)


def test_a_model_gets_the_same_figures_again(run):
    folder = run("train.optimizer={adam: {lr: 0.05}}")
    (folder / "evaluated.yaml").write_text("model: model.safetensors\n")
    found = seqpipe.evaluate(folder / "evaluated.yaml", folder.parent / "dev.jsonl")
    noted = Model.load(folder / "model.safetensors").facts["figures"]
    assert {name: figure.value for name, figure in found.items() if name in noted} == {
        name: figure["value"] for name, figure in noted.items()
    }
    assert len(DEV) == 4
